import { SPEED, endOf, findClip, onFrame, runs, speedOf, startOf, stepFrames, trackOf, withLinked } from './document.js';
import { reshaped } from './moving.js';
import { carved, inOrder, onTracksOf, opened, shifted, withIds } from './placing.js';

/**
 * Clips in another time: faster, slower, held still. Each command takes the document and gives another one, or the same
 * where there is nothing to do.
 *
 * @import { Clip, Doc } from './document.js'
 */

/**
 * Another speed: the clips play the same part of their source, in another time, and what follows on their tracks keeps its
 * distance.
 * @param {Doc} doc @param {ReadonlySet<string>} ids @param {number} speed
 * @returns {Doc}
 */
export function setSpeed(doc, ids, speed) {
  const chosen = withLinked(doc, ids);
  const bounded = Math.round(Math.min(SPEED.max, Math.max(SPEED.min, speed)) * 1000) / 1000;
  const tracks = onTracksOf(doc, chosen, (track) =>
    track.items
      .filter((clip) => chosen.has(clip.id) && runs(clip))
      .reduce((now, { id }) => {
        const clip = /** @type {Clip} */ (now.items.find((each) => each.id === id));
        const playedUs = clip.timelineRange.durationUs * speedOf(clip);
        const endUs = Math.max(stepFrames(doc, startOf(clip), 1), onFrame(doc, startOf(clip) + playedUs / bounded));
        const { speed: _, ...rest } = clip;
        const faster = reshaped({ ...rest, ...(bounded === 1 ? {} : { speed: bounded }) }, startOf(clip), endUs);
        const moved = shifted(now, endOf(clip), endUs - endOf(clip));
        return { ...moved, items: moved.items.map((each) => (each.id === id ? faster : each)) };
      }, track),
  );
  return { ...doc, tracks };
}

/**
 * Holds the picture at a moment for a while: the clip is cut there, and a still of it put in between.
 * @param {Doc} doc @param {string} id @param {number} us @param {number} lengthUs
 * @returns {Doc}
 */
export function freeze(doc, id, us, lengthUs) {
  const clip = findClip(doc, id);
  const track = trackOf(doc, id);
  const atUs = onFrame(doc, us);
  if (!clip || !track || track.locked || !runs(clip) || startOf(clip) > atUs || endOf(clip) <= atUs) return doc;
  const stillEndUs = onFrame(doc, atUs + lengthUs);
  return withIds(doc, (newId) => {
    const { transitionIn: _in, transitionOut: _out, linkId: _link, speed: _speed, ...rest } = clip;
    const sourceUs = (clip.sourceRange?.startUs ?? 0) + Math.round((atUs - startOf(clip)) * speedOf(clip));
    const still = {
      ...rest,
      id: newId(),
      timelineRange: { startUs: atUs, durationUs: stillEndUs - atUs },
      sourceRange: { startUs: sourceUs, durationUs: stillEndUs - atUs },
      freezeFrameSourceUs: sourceUs,
      audioFromVideoDisabled: true,
    };
    const linked = withLinked(doc, [id]);
    return {
      tracks: doc.tracks.map((each) => {
        const roomy = !each.locked && each.items.some((item) => linked.has(item.id)) ? opened(each, atUs, stillEndUs - atUs, newId) : each;
        return each === track ? { ...roomy, items: inOrder([...carved(roomy.items, atUs, stillEndUs, newId), still]) } : roomy;
      }),
    };
  });
}
