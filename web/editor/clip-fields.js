import { onTracksOf } from './placing.js';

/**
 * What clips are in themselves, wherever they lie.
 *
 * @import { Clip, Doc } from './document.js'
 */

/** Changes clips in themselves. @param {Doc} doc @param {ReadonlySet<string>} ids @param {(clip: Clip) => Clip} change @returns {Doc} */
export function changeClips(doc, ids, change) {
  return {
    ...doc,
    tracks: onTracksOf(doc, ids, (track) => ({ ...track, items: track.items.map((clip) => (ids.has(clip.id) ? change(clip) : clip)) })),
  };
}

/** Sets fields of clips; undefined takes a field away. @param {Doc} doc @param {ReadonlySet<string>} ids @param {Partial<Clip>} fields @returns {Doc} */
export function setFields(doc, ids, fields) {
  return changeClips(doc, ids, (clip) => {
    const merged = { ...clip, ...fields };
    return /** @type {Clip} */ (
      /** @type {unknown} */ (Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)))
    );
  });
}
