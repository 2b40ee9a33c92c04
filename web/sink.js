/**
 * The page's half of the file sink, for outputs that are not file handles: a MessagePort on one side, the stream's
 * writer on the other. Acknowledging each write is what gives the worker back-pressure and the truth about `close()`;
 * a transferred stream has neither.
 *
 * worker to page: {write, position, data} | {close} | {abort, reason}
 * page to worker: {ack} after each write | {closed} | {aborted} | {failed, name, message}
 *
 * @typedef {'open' | 'closing' | 'closed' | 'aborted' | 'failed'} SinkState
 */

export class StreamSink {
  /** The end that travels to the worker. @type {MessagePort} */
  remotePort;
  /** @type {SinkState} */
  state = 'open';
  /** How far the file reaches so far. */
  bytesWritten = 0;
  /** Fulfils, never rejects, once the stream is closed, aborted or failed and its lock is released. @type {Promise<SinkState>} */
  settled;

  /** @type {MessagePort} */
  #port;
  /** @type {WritableStreamDefaultWriter<unknown>} */
  #writer;
  /** Writes go into the stream one after the other, in the order of their messages. @type {Promise<void>} */
  #tail = Promise.resolve();
  /** @type {(state: SinkState) => void} */
  #settle;
  /** @type {(() => void) | undefined} */
  #onLost;

  /**
   * @param {WritableStream<any>} stream not locked; locked from now until `settled`
   * @param {() => void} [onLost] the worker's end went away with the stream still open
   */
  constructor(stream, onLost) {
    this.#writer = stream.getWriter();
    // A stream that fails between writes says so only here; the next write or close reports it.
    this.#writer.closed.catch(() => {});
    this.#onLost = onLost;
    let settle = (/** @type {SinkState} */ _state) => {};
    this.settled = new Promise((resolve) => (settle = resolve));
    this.#settle = settle;

    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.remotePort = port2;
    port1.onmessage = (event) => this.#receive(event.data);
    port1.onmessageerror = () => this.#fail(new DOMException('A block of the file could not be read', 'DataError'));
    // Fired where the browser knows the event (Chromium 122) when the worker is gone; elsewhere the client's own
    // supervision calls abort().
    port1.addEventListener('close', () => this.#lost());
  }

  /**
   * Drops everything written so far and releases the stream. While the stream is closing its outcome decides, and
   * this only waits for it.
   * @param {unknown} [reason]
   * @returns {Promise<SinkState>}
   */
  abort(reason = new DOMException('Export stopped', 'AbortError')) {
    if (this.state === 'open') {
      this.state = 'aborted';
      // Not behind the queued writes: a write that never ends must not keep the stream from being told.
      void this.#dropped(reason).then(() => this.#finish({ type: 'aborted' }));
    }
    return this.settled;
  }

  /** @param {any} message */
  #receive(message) {
    if (this.state !== 'open') return;
    if (message?.type === 'write') this.#enqueue(() => this.#write(message));
    else if (message?.type === 'close') this.#enqueue(() => this.#close());
    else if (message?.type === 'abort') void this.abort(new DOMException(String(message.reason ?? ''), 'AbortError'));
  }

  /** @param {() => Promise<void>} step */
  #enqueue(step) {
    this.#tail = this.#tail.then(async () => {
      if (this.state !== 'open') return;
      try {
        await step();
      } catch (error) {
        await this.#fail(error);
      }
    });
  }

  /** @param {{position: number, data: Uint8Array}} chunk */
  async #write({ position, data }) {
    await this.#writer.write({ type: 'write', position, data });
    this.bytesWritten = Math.max(this.bytesWritten, position + data.byteLength);
    this.#port.postMessage({ type: 'ack' });
  }

  async #close() {
    this.state = 'closing';
    await this.#writer.close();
    this.state = 'closed';
    this.#finish({ type: 'closed' });
  }

  /** @param {unknown} error */
  async #fail(error) {
    if (this.state !== 'open' && this.state !== 'closing') return; // an abort is already under way and makes writes reject
    this.state = 'failed';
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    // Told first: the person hears about a full disk at once, however long the clean-up takes.
    this.#port.postMessage({ type: 'failed', name, message });
    await this.#dropped(error);
    this.#finish();
  }

  /** @param {unknown} reason */
  async #dropped(reason) {
    try {
      await this.#writer.abort(reason);
    } catch {
      // The stream had already failed, which leaves nothing behind either.
    }
  }

  #lost() {
    if (this.state !== 'open') return;
    void this.abort(new DOMException('The export engine went away', 'AbortError'));
    this.#onLost?.();
  }

  /** @param {{type: string}} [message] */
  #finish(message) {
    if (message) this.#port.postMessage(message);
    this.#writer.releaseLock();
    this.#settle(this.state);
    // Closing at once would race the last message in browsers that drop a closed port's queue.
    setTimeout(() => this.#port.close(), 1000);
  }
}
