import { allClips, endOf, onFrame, startOf, withLinked } from './document.js';
import { movedTo, opened, overlaid, withIds } from './placing.js';

/**
 * Copies of clips. Each command takes the document and gives another one, or the same
 * where there is nothing to do.
 *
 * @import { Clip, Doc } from './document.js'
 */

/**
 * Clips as they can be pasted: where they lay in relation to the first of them.
 * @param {Doc} doc @param {ReadonlySet<string>} ids
 * @returns {{trackId: string, kind: 'video' | 'audio', clip: Clip}[]}
 */
export function copied(doc, ids) {
  const chosen = withLinked(doc, ids);
  const found = doc.tracks.flatMap((track) =>
    track.items.filter(({ id }) => chosen.has(id)).map((clip) => ({ trackId: track.id, kind: track.kind, clip })),
  );
  const firstUs = Math.min(...found.map(({ clip }) => startOf(clip)));
  return found.map((each) => ({ ...each, clip: movedTo(each.clip, startOf(each.clip) - firstUs) }));
}

/**
 * Lays copied clips over what is at a moment, each on its track, or on the first of its kind when that is gone.
 * @param {Doc} doc @param {ReturnType<typeof copied>} clips @param {number} us @param {{insert?: boolean, trackId?: string}} [how]
 *   `insert`: what is there makes room; `trackId`: where they go if they all come from one track
 * @returns {Doc}
 */
export function paste(doc, clips, us, { insert = false, trackId } = {}) {
  if (!clips.length) return doc;
  const atUs = onFrame(doc, us);
  const oneTrack = new Set(clips.map((each) => each.trackId)).size === 1;
  return withIds(doc, (newId) => {
    /** @type {Map<string, string>} */
    const links = new Map();
    for (const { clip } of clips) if (clip.linkId && !links.has(clip.linkId)) links.set(clip.linkId, newId());
    /** @type {Map<string, Clip[]>} */
    const arriving = new Map();
    for (const { trackId: from, kind, clip } of clips) {
      const usable = doc.tracks.filter((track) => track.kind === kind && !track.locked);
      const target = (oneTrack && usable.find(({ id }) => id === trackId)) || usable.find(({ id }) => id === from) || usable[0];
      if (!target) continue;
      const startUs = onFrame(doc, atUs + startOf(clip));
      const fresh = { ...movedTo(clip, startUs, onFrame(doc, atUs + endOf(clip)) - startUs), id: newId() };
      if (clip.linkId) fresh.linkId = links.get(clip.linkId);
      arriving.set(target.id, [...(arriving.get(target.id) ?? []), fresh]);
    }
    const lengthUs = onFrame(doc, atUs + Math.max(...clips.map(({ clip }) => endOf(clip)))) - atUs;
    const tracks = doc.tracks.map((track) => {
      const fresh = arriving.get(track.id);
      return fresh ? overlaid(insert ? opened(track, atUs, lengthUs, newId) : track, fresh, newId) : track;
    });
    return { tracks };
  });
}

/** Copies right after the last of the clips; what follows makes room. @param {Doc} doc @param {ReadonlySet<string>} ids @returns {Doc} */
export function duplicate(doc, ids) {
  const clips = copied(doc, ids);
  const ends = allClips(doc)
    .filter(({ id }) => withLinked(doc, ids).has(id))
    .map(endOf);
  return clips.length ? paste(doc, clips, Math.max(...ends), { insert: true }) : doc;
}
