/** A worker that boots says so every 2 s, but not while Python compiles and imports, which slow machines take long for. */
const TICK_MS = 5000;
const SILENCE_TICKS = 13;
/** Files that still come get as long as 50 kB/s need for the largest of them. */
const STALLED_TICKS = 60;

/** Misses a worker that dies or hangs while it boots, which no event tells; and one that dies later, where there are locks. */
export class BootWatch {
  #lock;
  #lost;
  #timer;
  #silentTicks = 0;
  #stalledTicks = 0;
  #arrived = -1;

  /** @param {string} lock held by the worker for as long as it lives @param {(cause: string) => void} lost */
  constructor(lock, lost) {
    this.#lock = lock;
    this.#lost = lost;
    this.#timer = setInterval(() => {
      if (++this.#silentTicks >= SILENCE_TICKS) lost('nothing was heard of it for a minute');
      else if (++this.#stalledTicks >= STALLED_TICKS) lost('its files do not arrive');
    }, TICK_MS);
  }

  /** The worker has that many files. @param {number} files */
  hear(files) {
    // Who is heard holds the lock. Where there are no locks, only silence tells.
    if (this.#arrived < 0) navigator.locks?.request(this.#lock, () => this.#lost('the worker is gone')).catch(() => {});
    if (files > this.#arrived) this.#stalledTicks = 0;
    this.#silentTicks = 0;
    this.#arrived = Math.max(files, this.#arrived);
  }

  /** It is ready: from now on only the lock tells. */
  booted() {
    this.hear(0);
    this.stop();
  }

  stop() {
    clearInterval(this.#timer);
  }
}
