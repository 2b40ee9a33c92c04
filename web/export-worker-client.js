import { AskingClient } from './asking-client.js';
import { openDestination } from './destination.js';
import { EngineWorker } from './engine-worker.js';
import { CANCELLED_MESSAGE, ExportError, cancelled, contractError, disposed } from './export-error.js';
import { ExportJob } from './export-job.js';
import { watchPictures } from './live-pictures.js';
import { WorkerQuestions } from './worker-questions.js';

export { ExportError };

/** @import { ExportOptions, ExportRequest, ExportResult } from './export-worker-client.js' */

/** The Web Lock that every running export of the origin holds, in whatever tab it runs: nothing is updated under its feet. */
export const EXPORT_LOCK = 'gran-export';

/** Owns the export worker: one promise per export, and a fresh worker whenever the old one cannot go on. */
export class ExportWorkerClient extends AskingClient {
  #engine = new EngineWorker({
    onMessage: (message) => this.#receive(message),
    onLost: (cause) => this.#workerLost(cause),
    onState: () => this.dispatchEvent(new Event('statechange')),
  });
  #questions = new WorkerQuestions();
  /** @type {ExportJob | undefined} */
  #job;

  constructor() {
    super((question) => this.#ask(question));
    this.#engine.start();
  }

  get state() {
    return this.#engine.state;
  }

  get busy() {
    return this.#job !== undefined;
  }

  get ready() {
    return this.#engine.ready;
  }

  /**
   * @param {ExportRequest} request
   * @param {ExportOptions} [options]
   * @returns {Promise<ExportResult>}
   */
  export({ timeline, settings, output }, options = {}) {
    if (this.state === 'disposed') return Promise.reject(disposed());
    if (this.#job) {
      const message = 'An export is already running: wait for it, or cancel it first';
      return Promise.reject(new ExportError(message, { recoverable: true, code: 'E_BUSY' }));
    }
    if (this.state === 'failed') void this.restart().catch(() => {});

    let destination;
    try {
      destination = openDestination(output, () => this.#workerLost());
    } catch (cause) {
      return Promise.reject(contractError(cause));
    }
    const job = new ExportJob(options, destination, () => (this.#job = undefined));
    this.#job = job;
    const { signal } = options;
    const onAbort = () => this.#cancel(job);
    signal?.addEventListener('abort', onAbort);
    job.alsoStop(() => signal?.removeEventListener('abort', onAbort));
    if (signal?.aborted) this.#cancel(job);
    else this.#submit(job, { timeline, settings });
    holdLock(job.result);
    return job.result;
  }

  cancel() {
    if (this.#job) this.#cancel(this.#job);
  }

  restart() {
    if (this.state === 'failed') this.#engine.start();
    return this.ready;
  }

  dispose() {
    if (this.state === 'disposed') return;
    this.#questions.rejectAll(disposed());
    this.#engine.end(disposed(), 'disposed');
    void this.#job?.fail(disposed());
  }

  // When the worker cannot go on

  /** @param {ExportError} reason */
  #replaceWorker(reason) {
    this.#questions.rejectAll(reason);
    this.#engine.replace(reason);
  }

  /** @param {ExportError} error */
  #bootFailed(error) {
    // No new attempt by itself: what kept the engine from starting is most likely still there.
    this.#questions.rejectAll(error);
    this.#engine.end(error, 'failed');
  }

  /** The worker broke or fell silent. @param {string} [cause] */
  #workerLost(cause) {
    if (this.state === 'starting') {
      const message = 'The export engine did not start';
      return this.#bootFailed(new ExportError(message, { recoverable: false, code: 'E_ENGINE', cause }));
    }
    const message = 'The export engine stopped unexpectedly and was started again';
    const error = new ExportError(message, { recoverable: true, code: 'E_WORKER', cause });
    this.#replaceWorker(error);
    if (this.#job?.started) void this.#job.fail(this.#job.cancelling ? cancelled() : error);
  }

  // Messages

  /** @param {any} message one of the outgoing messages of messages.d.ts; unknown ones are for newer clients */
  #receive(message) {
    const job = this.#job?.over ? undefined : this.#job;
    if (job) job.heard = true;
    switch (message?.type) {
      case 'ready':
        return this.#engine.started();
      case 'loading':
        return this.#engine.loading(message.files);
      case 'progress':
        if (!job) return;
        job.committing = message.phase === 'finalize';
        return tell(job.options.onProgress, message);
      case 'warning':
        return tell(job?.options.onWarning, message);
      case 'telemetry':
        return tell(job?.options.onTelemetry, message);
      case 'failure':
        if (job) job.failure = message;
        return;
      case 'source_info':
      case 'support':
      case 'otio_imported':
      case 'otio_exported':
      case 'captions_imported':
      case 'captions_exported':
      case 'refused':
        return this.#questions.answered(message);
      case 'completed':
        return void job?.complete(message);
      case 'error':
        return this.#errorReceived(job, message);
    }
  }

  /** @param {ExportJob | undefined} job @param {{message: string, recoverable: boolean}} wire */
  #errorReceived(job, { message, recoverable }) {
    const { code, clipId, timeUs } = job?.failure ?? {};
    const known = message === CANCELLED_MESSAGE ? 'E_CANCELLED' : code;
    const error = new ExportError(message, { recoverable, code: known, clipId, timeUs });
    // Nothing is posted to a worker that is not ready, so what it complains about is its own start.
    if (this.state === 'starting') return this.#bootFailed(new ExportError(message, { recoverable, code: 'E_ENGINE' }));
    if (recoverable) return void job?.refuse(error);
    this.#replaceWorker(error);
    void job?.fail(error);
  }

  /** @param {{type: string, [field: string]: unknown}} question @returns {Promise<any>} */
  async #ask(question) {
    if (this.state === 'disposed') throw disposed();
    await this.ready;
    // Closed in the very moment in which it became ready.
    if (this.#engine.ended) throw disposed();
    return this.#questions.ask((id) => this.#engine.post({ ...question, ...id }));
  }

  // One export

  /** @param {ExportJob} job @param {{timeline: unknown, settings: unknown}} snapshot */
  #submit(job, snapshot) {
    // Kept here until the engine is ready: a cancel in the meantime then needs no answer from a worker that cannot give one.
    try {
      if (this.state === 'ready') return this.#post(job, snapshot);
      const copy = structuredClone(snapshot);
      this.ready.then(
        () => job.over || this.#post(job, copy),
        (error) => job.fail(error),
      );
    } catch (cause) {
      void job.fail(contractError(cause));
    }
  }

  /** @param {ExportJob} job @param {{timeline: unknown, settings: unknown}} snapshot */
  #post(job, snapshot) {
    job.destination.deliver((writablePort, transfer) => this.#engine.post({ type: 'init_export', ...snapshot, writablePort }, transfer));
    job.started = true;
    job.watchSilence(() => this.#workerLost('no message for 15 s'));
    const { onPicture } = job.options;
    const { viewer } = this.#engine;
    if (onPicture && viewer) job.alsoStop(watchPictures(viewer, (picture) => tell(onPicture, picture)));
  }

  /** @param {ExportJob} job */
  #cancel(job) {
    if (job.cancelling || job.over) return;
    job.cancelling = true;
    if (!job.started) return void job.fail(cancelled());
    this.#engine.post({ type: 'cancel_export' });
    const knock = () => void this.querySupport({ width: 640, height: 360, fps: 30 }).catch(() => {});
    job.awaitCancel(knock, () => {
      const error = cancelled();
      this.#replaceWorker(error);
      void job.fail(error);
    });
  }
}

/** @template T @param {((message: T) => void) | undefined} callback @param {T} message */
function tell(callback, message) {
  try {
    callback?.(message);
  } catch (error) {
    reportError(error); // the embedder's mistake, which must not cost the film
  }
}

/** @param {Promise<unknown>} work */
function holdLock(work) {
  // Insecure contexts have no locks; nothing is updated there either.
  void navigator.locks?.request(EXPORT_LOCK, { mode: 'shared' }, () => work.catch(() => {}));
}
