import { signal } from '@preact/signals-core';

/**
 * The loudest and the lowest sample of each hundredth of a second of the project's files, as the engine streams them.
 *
 * @typedef {{first: number, min: Float32Array, max: Float32Array}} Part
 * @typedef {(file: File, how: {perSecond: number}, onPart: (part: Part) => void) => unknown} Source
 * @typedef {{min: Float32Array, max: Float32Array, known: number}} Peaks
 */

export const PER_SECOND = 50;

/** @type {Map<File, Peaks>} */
const known = new Map();
/** @type {Set<File>} */
const asked = new Set();
/** Counts up whenever more is known. */
export const peaksChanged = signal(0);
/** @type {Source | undefined} */
let source;

/** @param {Source} engine */
export function setPeaksSource(engine) {
  source = engine;
  asked.clear();
  peaksChanged.value += 1;
}

/** @param {File} file @param {number} durationUs @returns {Peaks | undefined} */
export function peaksOf(file, durationUs) {
  if (source && !asked.has(file)) {
    asked.add(file);
    const length = Math.ceil((durationUs / 1e6 + 1) * PER_SECOND);
    const peaks = { min: new Float32Array(length), max: new Float32Array(length), known: 0 };
    known.set(file, peaks);
    source(file, { perSecond: PER_SECOND }, ({ first, min, max }) => {
      const room = Math.max(0, Math.min(max.length, length - first));
      peaks.min.set(min.subarray(0, room), first);
      peaks.max.set(max.subarray(0, room), first);
      peaks.known = Math.max(peaks.known, first + room);
      peaksChanged.value += 1;
    });
  }
  return known.get(file);
}
