import { allClips, endOf, onFrame, startOf, trackOf, withLinked } from './document.js';
import { unlocked } from './moving.js';
import { closedUp, isFree, onTracksOf, piece, shifted, withIds } from './placing.js';

/**
 * Clips cut in two, and taken away. Each command takes the document and gives another one, or the same
 * where there is nothing to do.
 *
 * @import { Clip, Doc } from './document.js'
 */

/**
 * Cuts the clips that are under a moment.
 * @param {Doc} doc @param {ReadonlySet<string>} ids @param {number} us
 * @returns {Doc}
 */
export function split(doc, ids, us) {
  const atUs = onFrame(doc, us);
  const cutting = withLinked(doc, ids);
  const under = allClips(doc).filter(
    (clip) => cutting.has(clip.id) && startOf(clip) < atUs && endOf(clip) > atUs && !trackOf(doc, clip.id)?.locked,
  );
  if (!under.length) return doc;
  const cut = new Set(under.map(({ id }) => id));
  return withIds(doc, (newId) => {
    /** The halves after the cut are linked among themselves. @type {Map<string, string>} */
    const links = new Map();
    const linkOf = (/** @type {string | undefined} */ link) => {
      if (!link) return {};
      if (!links.has(link)) links.set(link, newId());
      return { linkId: links.get(link) };
    };
    const halves = (/** @type {Clip} */ clip) => [
      piece(clip, startOf(clip), atUs),
      { ...piece(clip, atUs, endOf(clip)), id: newId(), ...linkOf(clip.linkId) },
    ];
    return {
      tracks: onTracksOf(doc, cut, (track) => ({
        ...track,
        items: track.items.flatMap((clip) => (cut.has(clip.id) ? halves(clip) : [clip])),
      })),
    };
  });
}

/** The clips under a moment, on every track that is not locked. @param {Doc} doc @param {number} us @returns {Set<string>} */
export function clipsUnder(doc, us) {
  const at = doc.tracks
    .filter(({ locked }) => !locked)
    .flatMap(({ items }) => items.filter((clip) => startOf(clip) <= us && endOf(clip) > us));
  return new Set(at.map(({ id }) => id));
}

/** Takes clips away, and leaves a gap. @param {Doc} doc @param {ReadonlySet<string>} ids @returns {Doc} */
export function remove(doc, ids) {
  const gone = withLinked(doc, unlocked(doc, ids));
  const captions = doc.captions.filter(({ id }) => !ids.has(id));
  const markers = doc.markers.filter(({ id }) => !ids.has(id));
  const tracks = onTracksOf(doc, gone, (track) => ({ ...track, items: track.items.filter(({ id }) => !gone.has(id)) }));
  const same =
    captions.length === doc.captions.length && markers.length === doc.markers.length && tracks.every((track, i) => track === doc.tracks[i]);
  return same ? doc : { ...doc, tracks, captions, markers };
}

/** Takes clips away, and closes the gaps on their tracks. @param {Doc} doc @param {ReadonlySet<string>} ids @returns {Doc} */
export function rippleRemove(doc, ids) {
  const gone = withLinked(doc, unlocked(doc, ids));
  const closed = { ...doc, tracks: onTracksOf(doc, gone, (track) => closedUp(track, gone)) };
  return remove(gone.size ? closed : doc, ids);
}

/** Closes the gap of a track that is under a moment. @param {Doc} doc @param {string} trackId @param {number} us @returns {Doc} */
export function closeGap(doc, trackId, us) {
  const track = doc.tracks.find(({ id }) => id === trackId);
  const next = track?.items.find((clip) => startOf(clip) > us);
  if (!track || track.locked || !next || !isFree(track, us, us + 1)) return doc;
  const before = track.items.filter((clip) => endOf(clip) <= us).at(-1);
  const byUs = (before ? endOf(before) : 0) - startOf(next);
  return { ...doc, tracks: doc.tracks.map((each) => (each === track ? shifted(track, startOf(next), byUs) : each)) };
}
