/**
 * Exact frame rates and the times of their frames, in integer microseconds.
 *
 * @typedef {object} Rate frames per second, num / den
 * @property {number} num
 * @property {number} den
 */

/** @type {Record<string, Rate>} */
export const STANDARD_RATES = {
  23.976: { num: 24000, den: 1001 },
  24: { num: 24, den: 1 },
  25: { num: 25, den: 1 },
  29.97: { num: 30000, den: 1001 },
  30: { num: 30, den: 1 },
  50: { num: 50, den: 1 },
  59.94: { num: 60000, den: 1001 },
  60: { num: 60, den: 1 },
};

/** What a measured average may be off by: containers that store milliseconds blur a short clip's rate this much. */
const SNAP = 0.05;

/** The rate that a measured number means. @param {number} fps @returns {Rate} */
export function rateOf(fps) {
  const name = standardRate(fps);
  if (name) return STANDARD_RATES[name];
  const nearest = Math.round(fps);
  return Math.abs(fps - nearest) <= SNAP ? { num: nearest, den: 1 } : { num: Math.round(fps * 1000), den: 1000 };
}

/** @param {number} fps @param {number} [tolerance] @returns {string | undefined} a key of STANDARD_RATES */
export function standardRate(fps, tolerance = SNAP) {
  const names = Object.keys(STANDARD_RATES);
  const off = (/** @type {string} */ name) => Math.abs(STANDARD_RATES[name].num / STANDARD_RATES[name].den - fps);
  const best = names.reduce((a, b) => (off(b) < off(a) ? b : a));
  return off(best) <= tolerance ? best : undefined;
}

/** When frame `index` starts, rounded once. @param {Rate} rate @param {number} index */
export function frameStartUs({ num, den }, index) {
  return Math.floor((2e6 * index * den + num) / (2 * num));
}

/** The frame that starts nearest to a time. @param {Rate} rate @param {number} us */
export function nearestFrame({ num, den }, us) {
  return Math.round((us * num) / (den * 1e6));
}

/** How many frames a film of that length has: an edge within 1 µs of a frame time is on it. @param {Rate} rate @param {number} durationUs */
export function frameCount(rate, durationUs) {
  let n = Math.max(0, nearestFrame(rate, durationUs) - 1);
  while (frameStartUs(rate, n) < durationUs - 1) n += 1;
  return n;
}
