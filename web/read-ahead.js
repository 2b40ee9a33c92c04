/**
 * Decoded frames, fetched before they are asked for: what is there already is had without a turn of the event loop, and a turn of Python's costs
 * as much as the frame.
 * @template {{close(): void}} Sample
 */
export class ReadAhead {
  #samples;
  #most;
  /** @type {Sample[]} */
  #held = [];
  #hasEnded = false;
  #isClosed = false;
  /** @type {{reason: unknown} | undefined} */
  #failure;
  /** Of whoever waits for the next sample. @type {(() => void)[]} */
  #waiting = [];
  #makeRoom = () => {};

  /**
   * @param {AsyncIterator<Sample>} samples
   * @param {number} most held here at once, one on its way included
   */
  constructor(samples, most) {
    this.#samples = samples;
    this.#most = most;
    void this.#fetch();
  }

  /** The next sample, the taker's to close, if it is there. @returns {Sample | undefined} */
  take() {
    const sample = this.#held.shift();
    this.#makeRoom();
    return sample;
  }

  /** Whether another one may come, once this is fulfilled; if so, it is there. Fails as the iterator did, behind all that it gave. @returns {Promise<boolean>} */
  async more() {
    while (!this.#held.length && !this.#hasEnded && !this.#isClosed)
      await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
    if (this.#held.length) return true;
    if (this.#failure) throw this.#failure.reason;
    return false;
  }

  get held() {
    return this.#held.length;
  }

  /** Gives up what is held, and the iterator if it has not ended. */
  async close() {
    this.#isClosed = true;
    for (const sample of this.#held.splice(0)) sample.close();
    this.#makeRoom();
    this.#wake();
    // One that has ended has nothing to free. mediabunny's would close the last frame of a source, that was given away, if it was the only one.
    if (!this.#hasEnded) await this.#samples.return?.();
  }

  async #fetch() {
    try {
      while (!this.#isClosed) {
        const step = await this.#samples.next();
        if (step.done) break;
        if (this.#isClosed) return step.value.close();
        this.#held.push(step.value);
        this.#wake();
        if (this.#held.length >= this.#most) await new Promise((resolve) => (this.#makeRoom = () => resolve(undefined)));
      }
    } catch (reason) {
      this.#failure = { reason };
    }
    this.#hasEnded = true;
    this.#wake();
  }

  #wake() {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
