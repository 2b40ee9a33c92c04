/** The parts of a browser that the client of the export engine stands on, in memory and in a time of their own. */

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

class FakePort {
  /** @type {FakePort | undefined} */
  peer;
  /** @type {((event: {data: any}) => void) | null} */
  onmessage = null;
  open = true;
  /** @type {(() => void)[]} */
  #onclose = [];

  /** @param {any} data */
  postMessage(data) {
    queueMicrotask(() => this.peer?.open && this.peer.onmessage?.({ data }));
  }

  /** @param {string} _close @param {() => void} act */
  addEventListener(_close, act) {
    this.#onclose.push(act);
  }

  close() {
    if (!this.open) return;
    this.open = false;
    queueMicrotask(() => this.peer?.open && this.peer.#onclose.forEach((act) => act()));
  }
}

class FakeChannel {
  port1 = new FakePort();
  port2 = new FakePort();

  constructor() {
    [this.port1.peer, this.port2.peer] = [this.port2, this.port1];
  }
}

/** A worker as the client sees it. What it says and when is the test's. */
export class FakeWorker {
  /** @type {FakeWorker[]} */
  static all = [];
  alive = true;
  /** By its owner: whatever it said is not heard any more. */
  ended = false;
  ready = false;
  /** @type {((event: any) => void) | null} */
  onmessage = null;
  /** @type {((event: any) => void) | null} */
  onmessageerror = null;
  /** @type {((event: any) => void) | null} */
  onerror = null;
  /** What it writes to while an export runs. @type {any} */
  #output;
  /** @type {any[]} */
  #questions = [];

  /** @param {URL} _address @param {{name: string}} options */
  constructor(_address, { name }) {
    this.name = name;
    FakeWorker.all.push(this);
  }

  /** @param {any} message */
  postMessage(message) {
    const copy = { ...message };
    queueMicrotask(() => this.alive && this.#hear(copy));
  }

  /** @param {any} message */
  #hear(message) {
    if (message.type === 'init_export') {
      this.#output = message.writablePort;
      this.#output.take?.();
    } else if (message.requestId) this.#questions.push(message);
  }

  boot() {
    if (this.ready) return;
    this.ready = true;
    this.say({ type: 'ready' });
  }

  /** @param {any} message */
  say(message) {
    queueMicrotask(() => this.alive && this.onmessage?.({ data: message }));
  }

  /** @param {any} message said by one that is gone */
  haunt(message) {
    this.onmessage?.({ data: message });
  }

  /** Completes the export that runs, if one does: `wrote` once the file is whole. @param {() => void} wrote */
  finish(wrote) {
    const output = this.#output;
    if (!output) return;
    this.#output = undefined;
    const completed = () => {
      wrote();
      output.release?.();
      this.say({ type: 'completed', durationMs: 1000, frames: 30 });
    };
    if (!(output instanceof FakePort)) return completed();
    output.onmessage = ({ data }) => {
      if (data.type === 'closed') completed();
      else if (data.type === 'failed') this.say({ type: 'error', message: 'The disk is full.', recoverable: true });
    };
    output.postMessage({ type: 'write', position: 0, data: new Uint8Array(8) });
    output.postMessage({ type: 'close' });
  }

  /** Says that it is done before the file is closed; nobody may believe it where it can be seen. @param {() => void} wrote */
  lie(wrote) {
    const output = this.#output;
    if (!output) return;
    this.#output = undefined;
    output.release?.();
    if (!(output instanceof FakePort)) wrote();
    this.say({ type: 'completed', durationMs: 1000, frames: 30 });
  }

  /** @param {{message: string, recoverable: boolean}} why */
  refuse(why) {
    const output = this.#output;
    if (!output) return;
    this.#output = undefined;
    const refused = () => {
      output.release?.();
      this.say({ type: 'failure', code: 'E_DECODE' });
      this.say({ type: 'error', ...why });
    };
    if (!(output instanceof FakePort)) return refused();
    output.onmessage = refused;
    output.postMessage({ type: 'abort', reason: 'It did not finish.' });
  }

  /** @param {boolean} kindly */
  answer(kindly) {
    const question = this.#questions.shift();
    if (!question) return;
    const { requestId } = question;
    this.say(kindly ? { type: 'source_info', requestId } : { type: 'refused', requestId, code: 'E_SOURCE', message: 'It cannot be read.' });
  }

  terminate() {
    this.ended = true;
    this.vanish();
  }

  /** By itself: nobody is told, but its lock is free. */
  vanish() {
    if (!this.alive) return;
    this.alive = false;
    if (this.#output instanceof FakePort) this.#output.close();
    else this.#output?.orphan?.();
    platform.died(this.name);
  }
}

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

let clock = new Clock();
/** Who waits for the lock that a worker holds for as long as it lives. @type {Map<string, () => void>} */
let waiting = new Map();

export const platform = {
  /** @param {Clock} with_ */
  reset(with_) {
    clock = with_;
    waiting = new Map();
    FakeWorker.all = [];
  },

  /** @param {string} name of a worker */
  died(name) {
    queueMicrotask(() => waiting.get(name)?.());
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
