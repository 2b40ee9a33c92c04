import { endOf, runs, speedOf, startOf } from './document.js';

/**
 * How clips lie on a track: cutting a piece out of one, making room, closing up.
 *
 * @import { Clip, Doc, Track } from './document.js'
 * @typedef {() => string} NewId
 */

/**
 * Gives `edit` a source of new ids, and the document the count of them.
 * @param {Doc} doc @param {(newId: NewId) => Partial<Doc>} edit
 * @returns {Doc}
 */
export function withIds(doc, edit) {
  let lastId = doc.lastId;
  const news = edit(() => `i${(lastId += 1)}`);
  return { ...doc, ...news, lastId };
}

/**
 * The part of a clip that lies in a span of the timeline, playing what it played there.
 * @param {Clip} clip @param {number} fromUs @param {number} toUs
 * @returns {Clip}
 */
export function piece(clip, fromUs, toUs) {
  const [startUs, endUs] = [Math.max(fromUs, startOf(clip)), Math.min(toUs, endOf(clip))];
  const { transitionIn, transitionOut, audioFadeInUs, audioFadeOutUs, ...rest } = clip;
  const atStart = startUs === startOf(clip);
  const atEnd = endUs === endOf(clip);
  return {
    ...rest,
    timelineRange: { startUs, durationUs: endUs - startUs },
    ...(clip.sourceRange ? { sourceRange: sourcePiece(clip, startUs, endUs) } : {}),
    ...(atStart && transitionIn ? { transitionIn } : {}),
    ...(atEnd && transitionOut ? { transitionOut } : {}),
    ...(atStart && audioFadeInUs ? { audioFadeInUs } : {}),
    ...(atEnd && audioFadeOutUs ? { audioFadeOutUs } : {}),
  };
}

/** @param {Clip} clip @param {number} startUs @param {number} endUs */
function sourcePiece(clip, startUs, endUs) {
  const { startUs: from } = clip.sourceRange ?? { startUs: 0 };
  if (!runs(clip)) return { startUs: from, durationUs: endUs - startUs };
  return {
    startUs: Math.max(0, from + Math.round((startUs - startOf(clip)) * speedOf(clip))),
    durationUs: Math.max(1, Math.round((endUs - startUs) * speedOf(clip))),
  };
}

/** A clip elsewhere, as long as before. @param {Clip} clip @param {number} startUs @param {number} [durationUs] @returns {Clip} */
export function movedTo(clip, startUs, durationUs = clip.timelineRange.durationUs) {
  return { ...clip, timelineRange: { startUs, durationUs } };
}

/** @param {readonly Clip[]} items @returns {Clip[]} */
export const inOrder = (items) => [...items].sort((a, b) => startOf(a) - startOf(b));

/**
 * A track with nothing left in a span; a clip that reaches over both its ends becomes two.
 * @param {readonly Clip[]} items @param {number} fromUs @param {number} toUs @param {NewId} newId
 * @returns {Clip[]}
 */
export function carved(items, fromUs, toUs, newId) {
  return items.flatMap((clip) => {
    const [startUs, endUs] = [startOf(clip), endOf(clip)];
    if (endUs <= fromUs || startUs >= toUs) return [clip];
    const before = startUs < fromUs ? [piece(clip, startUs, fromUs)] : [];
    const after = endUs > toUs ? [piece(clip, toUs, endUs)] : [];
    return before.length && after.length ? [before[0], { ...after[0], id: newId() }] : [...before, ...after];
  });
}

/** A track with clips laid over what was there. @param {Track} track @param {readonly Clip[]} clips @param {NewId} newId @returns {Track} */
export function overlaid(track, clips, newId) {
  const left = clips.reduce((items, clip) => carved(items, startOf(clip), endOf(clip), newId), [...track.items]);
  return { ...track, items: inOrder([...left, ...clips]) };
}

/** A track with what starts at or after a moment moved. @param {Track} track @param {number} fromUs @param {number} byUs @returns {Track} */
export function shifted(track, fromUs, byUs) {
  if (!byUs) return track;
  const moved = (/** @type {{timelineRange: {startUs: number, durationUs: number}}} */ { timelineRange: { startUs, durationUs } }) => ({
    timelineRange: { startUs: startUs >= fromUs ? startUs + byUs : startUs, durationUs },
  });
  return {
    ...track,
    items: track.items.map((clip) => (startOf(clip) >= fromUs ? { ...clip, ...moved(clip) } : clip)),
    ...(track.gaps ? { gaps: track.gaps.map((gap) => ({ ...gap, ...moved(gap) })) } : {}),
  };
}

/**
 * Room for something of a length at a moment: a clip that reaches over it is split, and the rest moves on.
 * @param {Track} track @param {number} atUs @param {number} lengthUs @param {NewId} newId
 */
export function opened(track, atUs, lengthUs, newId) {
  const items = track.items.flatMap((clip) =>
    startOf(clip) < atUs && endOf(clip) > atUs
      ? [piece(clip, startOf(clip), atUs), { ...piece(clip, atUs, endOf(clip)), id: newId() }]
      : [clip],
  );
  return shifted({ ...track, items }, atUs, lengthUs);
}

/** A track without some clips, what follows each of them closed up. @param {Track} track @param {ReadonlySet<string>} ids @returns {Track} */
export function closedUp(track, ids) {
  let goneUs = 0;
  const items = track.items.flatMap((clip) => {
    if (ids.has(clip.id)) {
      goneUs += clip.timelineRange.durationUs;
      return [];
    }
    return [goneUs ? movedTo(clip, startOf(clip) - goneUs) : clip];
  });
  const goneBefore = (/** @type {number} */ us) =>
    track.items.reduce((sum, clip) => (ids.has(clip.id) && endOf(clip) <= us ? sum + clip.timelineRange.durationUs : sum), 0);
  const gaps = track.gaps?.map((gap) => ({
    ...gap,
    timelineRange: { ...gap.timelineRange, startUs: startOf(gap) - goneBefore(startOf(gap)) },
  }));
  return { ...track, items, ...(gaps ? { gaps } : {}) };
}

/** Whether a span of a track is empty but for some clips. @param {Track} track @param {number} fromUs @param {number} toUs @param {ReadonlySet<string>} [but] */
export function isFree(track, fromUs, toUs, but = new Set()) {
  return !track.items.some((clip) => !but.has(clip.id) && startOf(clip) < toUs && endOf(clip) > fromUs);
}

/** Each track that holds one of the clips and is not locked, changed; the others as they are. @param {Doc} doc @param {ReadonlySet<string>} ids @param {(track: Track) => Track} change @returns {Track[]} */
export function onTracksOf(doc, ids, change) {
  return doc.tracks.map((track) => (!track.locked && track.items.some(({ id }) => ids.has(id)) ? change(track) : track));
}
