import { Clock } from './clock.js';
import { FakeChannel, FakeWorker } from './fake-worker.js';

/** The parts of a browser that the client of the export engine stands on, in memory and in a time of their own. */

let clock = new Clock();
/** Who waits for the lock that a worker holds for as long as it lives. @type {Map<string, () => void>} */
let waiting = new Map();

export const platform = {
  /** @param {Clock} with_ */
  reset(with_) {
    clock = with_;
    waiting = new Map();
    FakeWorker.all = [];
    FakeWorker.died = (name) => queueMicrotask(() => waiting.get(name)?.());
  },

  /** In the place of the browser's own, for good: a test file has its process for itself. */
  install() {
    const locks = {
      /** @param {string} name @param {any} how @param {any} act */
      async request(name, how, act = how) {
        const worker = FakeWorker.all.find((each) => each.name === name);
        if (!worker?.alive) return act();
        return new Promise((resolve) => waiting.set(name, () => resolve(act())));
      },
    };
    Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
    Object.assign(globalThis, {
      Worker: FakeWorker,
      MessageChannel: FakeChannel,
      setTimeout: (/** @type {() => void} */ act, /** @type {number} */ ms) => clock.set(act, ms),
      setInterval: (/** @type {() => void} */ act, /** @type {number} */ ms) => clock.set(act, ms, ms),
      clearTimeout: (/** @type {number} */ id) => clock.clear(id),
      clearInterval: (/** @type {number} */ id) => clock.clear(id),
    });
    performance.now = () => clock.now;
  },
};
