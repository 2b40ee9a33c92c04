/** Time of a test's own. */

/** Until nothing is on its way any more but by timers. @returns {Promise<void>} */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export class Clock {
  now = 0;
  /** How often timers come at most, as in a page that nobody sees. */
  everyMs = 1;
  #last = 0;
  /** @type {Map<number, {at: number, every: number | undefined, act: () => void}>} */
  #timers = new Map();

  get waiting() {
    return this.#timers.size;
  }

  /** @param {() => void} act @param {number} ms @param {number} [every] */
  set(act, ms = 0, every) {
    this.#timers.set(++this.#last, { at: this.now + ms, every, act });
    return this.#last;
  }

  /** @param {number} id */
  clear(id) {
    this.#timers.delete(id);
  }

  /** @param {number} ms */
  async advance(ms) {
    const until = this.now + ms;
    for (;;) {
      await settled();
      const due = [...this.#timers].sort(([, a], [, b]) => a.at - b.at)[0];
      const at = due && Math.ceil(due[1].at / this.everyMs) * this.everyMs;
      if (!due || at === undefined || at > until) break;
      const [id, timer] = due;
      this.now = Math.max(this.now, at);
      if (timer.every === undefined) this.#timers.delete(id);
      else timer.at = this.now + timer.every;
      timer.act();
    }
    this.now = until;
    await settled();
  }
}
