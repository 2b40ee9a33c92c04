import { changeClips } from './clip-fields.js';
import { allClips, endOf, startOf, withLinked } from './document.js';
import { isFree, onTracksOf, overlaid, withIds } from './placing.js';

/**
 * Clips that go together, and sound that goes its own way. Each command takes the document and gives another one, or the same
 * where there is nothing to do.
 *
 * @import { Clip, Doc } from './document.js'
 */

/**
 * The sound of video clips as clips of their own, on the first sound track that has room for them, linked.
 * @param {Doc} doc @param {ReadonlySet<string>} ids
 * @returns {Doc}
 */
export function detachSound(doc, ids) {
  const from = doc.tracks.filter(({ kind, locked }) => kind === 'video' && !locked).flatMap(({ items }) => items);
  const speaking = from.filter(
    (clip) => ids.has(clip.id) && clip.clipType === 'media' && !clip.isImage && !clip.audioFromVideoDisabled && hasSound(doc, clip),
  );
  return speaking.reduce((now, clip) => detached(now, clip), doc);
}

/** @param {Doc} doc @param {Clip} clip @returns {boolean} false only where the engine has said so */
export function hasSound(doc, clip) {
  const media = doc.media.find(({ path }) => path === clip.source?.path);
  return media !== undefined && media.kind !== 'image' && (!media.info || media.info.audio !== undefined);
}

/** @param {Doc} doc @param {Clip} clip @returns {Doc} */
function detached(doc, clip) {
  return withIds(doc, (newId) => {
    const linkId = clip.linkId ?? newId();
    const { transform: _t, effects: _e, opacity: _o, transitionIn: _in, transitionOut: _out, ...heard } = clip;
    const sound = { ...heard, id: newId(), linkId };
    const silent = { ...clip, linkId, audioFromVideoDisabled: true };
    const tracks = doc.tracks.map((track) => ({ ...track, items: track.items.map((each) => (each.id === clip.id ? silent : each)) }));
    const room = tracks.find((track) => track.kind === 'audio' && !track.locked && isFree(track, startOf(clip), endOf(clip)));
    if (!room) return { tracks: [...tracks, { id: newId(), kind: /** @type {const} */ ('audio'), items: [sound] }] };
    return { tracks: tracks.map((track) => (track === room ? overlaid(track, [sound], newId) : track)) };
  });
}

/** @param {Doc} doc @param {ReadonlySet<string>} ids @returns {Doc} */
export function link(doc, ids) {
  if (allClips(doc).filter(({ id }) => ids.has(id)).length < 2) return doc;
  return withIds(doc, (newId) => {
    const linkId = newId();
    return {
      tracks: onTracksOf(doc, ids, (track) => ({
        ...track,
        items: track.items.map((clip) => (ids.has(clip.id) ? { ...clip, linkId } : clip)),
      })),
    };
  });
}

/** @param {Doc} doc @param {ReadonlySet<string>} ids @returns {Doc} */
export function unlink(doc, ids) {
  const linked = withLinked(doc, ids);
  return changeClips(doc, linked, ({ linkId: _, ...clip }) => clip);
}
