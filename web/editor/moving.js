import { nearestFrame } from '../rate.js';
import {
  allClips,
  endOf,
  findClip,
  onFrame,
  rateOfDoc,
  runs,
  sourceEndUs,
  speedOf,
  startOf,
  stepFrames,
  trackOf,
  withLinked,
} from './document.js';
import { movedTo, onTracksOf, overlaid, shifted, withIds } from './placing.js';

/**
 * Clips put down, moved, trimmed. Each command takes the document and gives another one, or the same
 * where there is nothing to do.
 *
 * @import { Clip, Doc, Track } from './document.js'
 */

/**
 * Lays clips onto a track, over what is there.
 * @param {Doc} doc @param {string} trackId @param {readonly Omit<Clip, 'id'>[]} clips
 * @returns {Doc}
 */
export function place(doc, trackId, clips) {
  return withIds(doc, (newId) => {
    const fresh = clips.map((clip) => /** @type {Clip} */ ({ ...clip, id: newId() }));
    return { tracks: doc.tracks.map((track) => (track.id === trackId && !track.locked ? overlaid(track, fresh, newId) : track)) };
  });
}

/**
 * Moves clips, and those linked to them, by time and by rows; they lie over what was there.
 * @param {Doc} doc @param {ReadonlySet<string>} ids @param {{byUs?: number, byTracks?: number, kind?: 'video' | 'audio'}} how `kind`: whose rows change
 * @returns {Doc}
 */
export function move(doc, ids, { byUs = 0, byTracks = 0, kind }) {
  const moving = withLinked(doc, unlocked(doc, ids));
  const clips = allClips(doc).filter(({ id }) => moving.has(id));
  if (!clips.length || doc.tracks.some((track) => track.locked && track.items.some(({ id }) => moving.has(id)))) return doc;
  const rate = rateOfDoc(doc);
  const firstUs = Math.min(...clips.map(startOf));
  const frames = Math.max(nearestFrame(rate, byUs), -nearestFrame(rate, firstUs));
  const rows = allowedRows(doc, moving, byTracks, kind);
  if (!frames && !rows) return doc;
  return withIds(doc, (newId) => {
    const left = doc.tracks.map((track) => ({ ...track, items: track.items.filter(({ id }) => !moving.has(id)) }));
    /** @type {Map<string, Clip[]>} */
    const arriving = new Map();
    for (const track of doc.tracks) {
      for (const clip of track.items) {
        if (!moving.has(clip.id)) continue;
        const target = rows && track.kind === (kind ?? track.kind) ? neighbour(doc, track, rows) : track;
        const list = arriving.get(target.id) ?? [];
        arriving.set(target.id, [...list, frames ? steppedClip(doc, clip, frames) : clip]);
      }
    }
    return { tracks: left.map((track) => (arriving.has(track.id) ? overlaid(track, arriving.get(track.id) ?? [], newId) : track)) };
  });
}

/** @param {Doc} doc @param {Clip} clip @param {number} frames */
function steppedClip(doc, clip, frames) {
  const startUs = stepFrames(doc, startOf(clip), frames);
  return movedTo(clip, startUs, stepFrames(doc, endOf(clip), frames) - startUs);
}

/** How many rows of their kind all of the clips can move. @param {Doc} doc @param {ReadonlySet<string>} ids @param {number} rows @param {'video' | 'audio'} [kind] */
function allowedRows(doc, ids, rows, kind) {
  const from = doc.tracks.filter((track) => track.kind === (kind ?? track.kind) && track.items.some(({ id }) => ids.has(id)));
  let allowed = rows;
  while (allowed && !from.every((track) => neighbour(doc, track, allowed) && !neighbour(doc, track, allowed).locked))
    allowed -= Math.sign(allowed);
  return allowed;
}

/** @param {Doc} doc @param {Track} track @param {number} rows */
function neighbour(doc, track, rows) {
  const same = doc.tracks.filter(({ kind }) => kind === track.kind);
  return same[same.indexOf(track) + rows];
}

/** @param {Doc} doc @param {Iterable<string>} ids those that may be changed */
export const unlocked = (doc, ids) => [...ids].filter((id) => !trackOf(doc, id)?.locked);

/**
 * Moves an edge of a clip, and of those linked to it that begin or end with it, within the source and up to the neighbours.
 * With `ripple` the clip stays where it starts, and what follows it on its track closes up or makes room.
 * @param {Doc} doc @param {string} id @param {'start' | 'end'} edge @param {number} us @param {{ripple?: boolean}} [how]
 * @returns {Doc}
 */
export function trim(doc, id, edge, us, { ripple = false } = {}) {
  const clip = findClip(doc, id);
  if (!clip) return doc;
  const edgeOf = edge === 'start' ? startOf : endOf;
  const together = allClips(doc).filter(
    (each) => each.id === id || (clip.linkId && each.linkId === clip.linkId && edgeOf(each) === edgeOf(clip)),
  );
  if (together.some((each) => trackOf(doc, each.id)?.locked)) return doc;
  const limits = together.map((each) => trimLimits(doc, each, edge, ripple));
  const low = Math.max(...limits.map(([min]) => min));
  const high = Math.min(...limits.map(([, max]) => max));
  const wanted = onFrame(doc, us);
  const newUs = Math.max(low, Math.min(wanted, high));
  if (newUs === edgeOf(clip) || low > high) return doc;
  const ids = new Set(together.map((each) => each.id));
  return { ...doc, tracks: onTracksOf(doc, ids, (track) => trimmedTrack(track, ids, edge, newUs, ripple)) };
}

/** Where an edge can go, µs. @param {Doc} doc @param {Clip} clip @param {'start' | 'end'} edge @param {boolean} ripple @returns {[number, number]} */
function trimLimits(doc, clip, edge, ripple) {
  const items = trackOf(doc, clip.id)?.items ?? [];
  const index = items.findIndex(({ id }) => id === clip.id);
  const { startUs = 0 } = clip.sourceRange ?? {};
  const bound = runs(clip) && clip.freezeFrameSourceUs === undefined;
  if (edge === 'start') {
    const before = items[index - 1];
    const sourceLimit = bound ? startOf(clip) - Math.floor(startUs / speedOf(clip)) : -Infinity;
    return [Math.max(sourceLimit, ripple ? -Infinity : before ? endOf(before) : 0), stepFrames(doc, endOf(clip), -1)];
  }
  const after = items[index + 1];
  const sourceLimit = startOf(clip) + Math.floor((sourceEndUs(doc, clip) - startUs) / speedOf(clip));
  return [stepFrames(doc, startOf(clip), 1), Math.min(sourceLimit, ripple || !after ? Infinity : startOf(after))];
}

/** @param {Track} track @param {ReadonlySet<string>} ids @param {'start' | 'end'} edge @param {number} us @param {boolean} ripple @returns {Track} */
function trimmedTrack(track, ids, edge, us, ripple) {
  const clip = track.items.find(({ id }) => ids.has(id));
  if (!clip) return track;
  const trimmed = edge === 'start' ? reshaped(clip, us, endOf(clip)) : reshaped(clip, startOf(clip), us);
  const set = (/** @type {Track} */ to, /** @type {Clip} */ by) => ({
    ...to,
    items: to.items.map((each) => (each.id === clip.id ? by : each)),
  });
  if (!ripple) return set(track, trimmed);
  const byUs = edge === 'start' ? startOf(clip) - us : us - endOf(clip);
  return set(shifted(track, endOf(clip), byUs), edge === 'start' ? movedTo(trimmed, startOf(clip)) : trimmed);
}

/** A clip between other edges, playing its source on where it reaches further. @param {Clip} clip @param {number} startUs @param {number} endUs @returns {Clip} */
export function reshaped(clip, startUs, endUs) {
  const from = clip.sourceRange?.startUs ?? 0;
  const sourceRange = runs(clip)
    ? {
        startUs: Math.max(0, from + Math.round((startUs - startOf(clip)) * speedOf(clip))),
        durationUs: Math.max(1, Math.round((endUs - startUs) * speedOf(clip))),
      }
    : { startUs: from, durationUs: endUs - startUs };
  return { ...clip, timelineRange: { startUs, durationUs: endUs - startUs }, ...(clip.sourceRange ? { sourceRange } : {}) };
}
