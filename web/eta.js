/**
 * How long an export still takes: the mean pace of the last seconds, shown only once it means something, and steadied so
 * that it can be read.
 */

const SHOW_AFTER_MS = 3000;
const SHOW_AFTER_PERCENT = 2;
const MEMORY_MS = 5000;
/** A longer estimate than the last replaces it at most this often. */
const RISE_EVERY_MS = 3000;

export class TimeLeft {
  #startMs;
  #lastMs;
  #lastPercent = 0;
  /** Percent a millisecond. */
  #pace = 0;
  #risenMs = -Infinity;
  /** @type {number | undefined} */
  #shownS;

  /** @param {number} nowMs */
  constructor(nowMs) {
    this.#startMs = this.#lastMs = nowMs;
  }

  /** @param {number} percent @param {number} nowMs @returns {number | undefined} seconds, rounded; undefined while nobody can know */
  update(percent, nowMs) {
    const stepMs = nowMs - this.#lastMs;
    if (stepMs > 0) {
      const pace = (percent - this.#lastPercent) / stepMs;
      const weight = this.#pace ? 1 - Math.exp(-stepMs / MEMORY_MS) : 1;
      this.#pace += weight * (pace - this.#pace);
      this.#lastMs = nowMs;
      this.#lastPercent = percent;
    }
    if (nowMs - this.#startMs < SHOW_AFTER_MS || percent < SHOW_AFTER_PERCENT || this.#pace <= 0) return this.#shownS;
    const leftS = rounded((100 - percent) / this.#pace / 1000);
    if (this.#shownS === undefined || leftS <= this.#shownS) this.#shownS = leftS;
    else if (nowMs - this.#risenMs >= RISE_EVERY_MS) {
      this.#shownS = leftS;
      this.#risenMs = nowMs;
    }
    return this.#shownS;
  }
}

/** Steps of 1 s below ten, of 5 s below a minute, of 15 s below ten minutes, then whole minutes. @param {number} seconds */
function rounded(seconds) {
  const step = seconds < 10 ? 1 : seconds < 60 ? 5 : seconds < 600 ? 15 : 60;
  return Math.max(1, Math.round(seconds / step) * step);
}

/** Frames a second over the last seconds. */
export class Pace {
  /** @type {{frame: number, ms: number}[]} */
  #seen = [];

  /** @param {number} frame @param {number} nowMs @returns {number | undefined} */
  update(frame, nowMs) {
    this.#seen.push({ frame, ms: nowMs });
    while (this.#seen.length > 2 && nowMs - this.#seen[0].ms > MEMORY_MS) this.#seen.shift();
    const [oldest] = this.#seen;
    return nowMs - oldest.ms < 500 ? undefined : ((frame - oldest.frame) * 1000) / (nowMs - oldest.ms);
  }
}
