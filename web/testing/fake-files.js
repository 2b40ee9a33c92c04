/**
 * Where films go: a file that can be locked, a stream that waits.
 *
 * @import { Clock } from './clock.js'
 */

/** A file that a writer holds for a while after its worker is gone. */
export class FakeHandle {
  kind = 'file';
  removed = false;
  #freeAt = 0;
  #taken = false;

  /** @param {Clock} clock @param {number} size */
  constructor(clock, size) {
    this.clock = clock;
    this.size = size;
  }

  get locked() {
    return this.#taken || this.clock.now < this.#freeAt;
  }

  take() {
    this.#taken = true;
  }

  release() {
    this.#taken = false;
  }

  orphan() {
    this.#taken = false;
    this.#freeAt = this.clock.now + 1500;
  }

  async getFile() {
    return { size: this.size };
  }

  async createWritable() {
    this.#expectFree();
    return { abort: async () => {} };
  }

  async remove() {
    this.#expectFree();
    this.removed = true;
  }

  #expectFree() {
    if (this.locked) throw new DOMException('Somebody writes to it', 'NoModificationAllowedError');
  }
}

/**
 * @typedef {object} Disk a stream of the embedder's that waits at each step
 * @property {WritableStream} stream
 * @property {'open' | 'closed' | 'aborted'} state
 * @property {(well: boolean) => void} next lets the step that waits go on, well or not
 * @property {() => void} freely lets all that wait, and all that come, go on well
 */

/** @returns {Disk} */
export function slowStream() {
  /** @type {((well: boolean) => void)[]} */
  const waiting = [];
  let free = false;
  /** @returns {Promise<void>} */
  const step = () =>
    free
      ? Promise.resolve()
      : new Promise((resolve, reject) =>
          waiting.push((well) => (well ? resolve() : reject(new DOMException('Full', 'QuotaExceededError')))),
        );
  /** @type {Disk} */
  const disk = {
    state: 'open',
    stream: new WritableStream({
      write: step,
      close: () => step().then(() => void (disk.state = 'closed')),
      abort: () => step().then(() => void (disk.state = 'aborted')),
    }),
    next: (well) => waiting.shift()?.(well),
    freely() {
      free = true;
      for (const go of waiting.splice(0)) go(true);
    },
  };
  return disk;
}
