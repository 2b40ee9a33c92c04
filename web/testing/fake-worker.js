/** A worker and the ports to it, in memory. */

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

export class FakeChannel {
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
  /** Hears of those that are gone. @type {(name: string) => void} */
  static died = () => {};
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
    FakeWorker.died(this.name);
  }
}
