/**
 * Runs in every page before its own scripts: keeps what the tests judge afterwards. The page's Worker is replaced by one that also writes down
 * what goes in and out, so the client can be driven through its public face while the wire is watched.
 */
{
  /** @type {import('../harness.ts').Recorded} */
  const record = { log: [], violations: [], errors: [], longTasks: [] };
  Object.defineProperty(globalThis, 'granRecord', { value: record });

  addEventListener('securitypolicyviolation', (event) => {
    record.violations.push(`${event.effectiveDirective} ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`);
  });
  addEventListener('error', (event) => record.errors.push(`error: ${event.message}`));
  addEventListener('unhandledrejection', (event) => record.errors.push(`unhandled rejection: ${event.reason}`));
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) record.longTasks.push({ at: startTime, ms: duration });
  }).observe({ type: 'longtask', buffered: true });

  /** @type {RecordedWorker[]} */
  const workers = [];
  Object.defineProperty(globalThis, 'granWorkers', { value: workers });
  let questions = 0;

  class RecordedWorker extends Worker {
    #number = workers.push(this);
    /** @type {Map<number, (audit: import('../faults.ts').Audit) => void>} */
    #asked = new Map();

    /** @param {string | URL} address @param {WorkerOptions} [options] */
    constructor(address, options) {
      super(address, options);
      this.name = options?.name;
      this.addEventListener('message', (event) => {
        const { data } = event;
        if (data?.harness === 'answer') {
          event.stopImmediatePropagation();
          return this.#asked.get(data.id)?.(data.audit);
        }
        // Only an object of ours is worth keeping whole; the message may hold things that no test can be handed.
        record.log.push({ at: performance.now(), worker: this.#number, sent: false, message: structuredClone(data) });
      });
      this.addEventListener('error', (event) => record.errors.push(`worker ${this.#number}: ${event.message}`));
      this.addEventListener('messageerror', () => record.errors.push(`worker ${this.#number}: a message could not be read`));
    }

    /** @param {any} message @param {any} [options] */
    postMessage(message, options) {
      super.postMessage(message, options);
      record.log.push({ at: performance.now(), worker: this.#number, sent: true, message: { type: String(message?.type) } });
    }

    /** What page/faults.js is to do from the next message on. @param {readonly import('../faults.ts').Fault[]} faults */
    breakWith(faults) {
      super.postMessage({ harness: 'faults', faults });
    }

    /** @returns {Promise<import('../faults.ts').Audit>} */
    audit() {
      const id = ++questions;
      super.postMessage({ harness: 'audit', id });
      return new Promise((resolve) => this.#asked.set(id, resolve));
    }

    terminate() {
      super.terminate();
      record.log.push({ at: performance.now(), worker: this.#number, sent: true, message: { type: 'terminate' } });
    }
  }
  globalThis.Worker = RecordedWorker;
}
