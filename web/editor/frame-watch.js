/** How long a person waits for a frame before they are told that it comes. */
export const LATE_MS = 300;
/** Moments closer than this are one frame at any rate there is. */
const SAME_US = 4000;

/** Knows when a frame that was asked for is late. Where frames come one after the other, the next one is always asked for. */
export class FrameWatch {
  #tell;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {number | undefined} any frame will do where it is undefined */
  #wanted;

  /** @param {(late: boolean) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** @param {number} [us] the moment whose frame is wanted */
  ask(us) {
    this.#wanted = us;
    this.#timer ??= setTimeout(() => this.#tell(true), LATE_MS);
  }

  /** @param {number} us @param {boolean} playing another one follows */
  came(us, playing) {
    const wanted = this.#wanted;
    const more = playing || (wanted !== undefined && Math.abs(us - wanted) > SAME_US);
    this.stop();
    if (more) this.ask(playing ? undefined : wanted);
  }

  /** No frame is coming. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tell(false);
  }
}
