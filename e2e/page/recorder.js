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

  let workers = 0;
  globalThis.Worker = class extends Worker {
    #number = ++workers;

    /** @param {string | URL} address @param {WorkerOptions} [options] */
    constructor(address, options) {
      super(address, options);
      this.addEventListener('message', ({ data }) => {
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

    terminate() {
      super.terminate();
      record.log.push({ at: performance.now(), worker: this.#number, sent: true, message: { type: 'terminate' } });
    }
  };
}
