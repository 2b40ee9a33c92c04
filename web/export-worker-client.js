import { openDestination } from './destination.js';
import { lendViewer, watchPictures } from './live-pictures.js';
import { lendRasteriser } from './lend-rasteriser.js';
import { CANCELLED_MESSAGE, ExportError, cancelled } from './export-error.js';

export { ExportError };

/**
 * @import { Caption, CaptionsImport, ClientState, ExportOptions, ExportRequest, ExportResult } from './export-worker-client.js'
 * @import { OtioExportOptions, OtioImport, SourceInfo, Support, Timeline } from './export-worker-client.js'
 * @import { Destination } from './destination.js'
 *
 * @typedef {object} Job one export, from the call to the settling of its promise
 * @property {ExportOptions} options
 * @property {Destination} destination
 * @property {(result: ExportResult) => void} resolve
 * @property {(error: ExportError) => void} reject
 * @property {boolean} started the worker has its init_export
 * @property {boolean} cancelling
 * @property {boolean} over its final message has come; what is left is to let go of the destination
 * @property {boolean} committing its last reported phase is the one that ends in the commit
 * @property {boolean} heard the worker has said something since this was last set to false
 * @property {{code?: string, clipId?: string, timeUs?: number}} failure the worker's details of the error to come
 * @property {() => void} stopWatching
 *
 * @typedef {object} Pending one question to the worker
 * @property {(answer: any) => void} resolve
 * @property {(error: ExportError) => void} reject
 */

/** The Web Lock that every running export of the origin holds, in whatever tab it runs: nothing is updated under its feet. */
export const EXPORT_LOCK = 'gran-export';
/** A worker whose event loop turns answers a cancel within 1 s, unless it is committing the file. */
const CANCEL_PATIENCE_MS = 2000;
/** A running export reports every 2 s. Counted in ticks, so that a suspended page does not count as silence. */
const SILENCE_TICK_MS = 5000;
const SILENCE_TICKS = 3;
/** A worker that boots says so every 2 s, but not while Python compiles and imports, which slow machines take long for. */
const BOOT_SILENCE_TICKS = 13;
/** Files that still come get as long as 50 kB/s need for the largest of them. */
const BOOT_STALLED_TICKS = 60;
// In a variable, so that bundlers leave the address alone: the built worker has this very name beside this module.
const WORKER_FILE = './export-worker.js';

/** Owns the export worker: one promise per export, and a fresh worker whenever the old one cannot go on. */
export class ExportWorkerClient extends EventTarget {
  /** @type {Worker | undefined} */
  #worker;
  /** Where pictures of the film come from. @type {MessagePort | undefined} */
  #viewer;
  /** @type {ClientState} */
  #state = 'starting';
  /** @type {Promise<void>} */
  #ready = Promise.resolve();
  /** @type {{resolve: () => void, reject: (error: ExportError) => void}} */
  #boot = { resolve() {}, reject() {} };
  /** The worker that boots has that many files. @type {(files: number) => void} */
  #hearLoading = () => {};
  /** @type {Job | undefined} */
  #job;
  /** @type {Map<number, Pending>} */
  #questions = new Map();
  #lastRequestId = 0;

  constructor() {
    super();
    this.#startWorker();
  }

  get state() {
    return this.#state;
  }

  get busy() {
    return this.#job !== undefined;
  }

  get ready() {
    return this.#ready;
  }

  /**
   * @param {ExportRequest} request
   * @param {ExportOptions} [options]
   * @returns {Promise<ExportResult>}
   */
  export({ timeline, settings, output }, options = {}) {
    if (this.#state === 'disposed') return Promise.reject(disposed());
    if (this.#job) {
      const message = 'An export is already running: wait for it, or cancel it first';
      return Promise.reject(new ExportError(message, { recoverable: true, code: 'E_BUSY' }));
    }
    if (this.#state === 'failed') void this.restart().catch(() => {});

    /** @type {Destination} */
    let destination;
    try {
      destination = openDestination(output, () => this.#workerLost());
    } catch (cause) {
      return Promise.reject(contractError(cause));
    }
    /** @type {Promise<ExportResult>} */
    const result = new Promise((resolve, reject) => {
      const { signal } = options;
      const onAbort = () => this.#cancel(job);
      signal?.addEventListener('abort', onAbort);
      /** @type {Job} */
      const job = {
        options,
        destination,
        resolve,
        reject,
        started: false,
        cancelling: false,
        over: false,
        committing: false,
        heard: false,
        failure: {},
        stopWatching: () => signal?.removeEventListener('abort', onAbort),
      };
      this.#job = job;
      if (signal?.aborted) this.#cancel(job);
      else this.#submit(job, { timeline, settings });
    });
    holdLock(result);
    return result;
  }

  cancel() {
    if (this.#job) this.#cancel(this.#job);
  }

  /**
   * @param {File | Blob | FileSystemFileHandle} file
   * @returns {Promise<SourceInfo>}
   */
  probeSource(file) {
    return this.#ask({ type: 'probe_source', file });
  }

  /**
   * @param {{width: number, height: number, fps: number}} picture
   * @returns {Promise<Support>}
   */
  querySupport({ width, height, fps }) {
    return this.#ask({ type: 'query_support', width, height, fps });
  }

  /**
   * @param {File | Blob | FileSystemFileHandle} file
   * @returns {Promise<OtioImport>}
   */
  importOtio(file) {
    return this.#ask({ type: 'import_otio', file });
  }

  /**
   * @param {Omit<Timeline, 'sources'>} timeline
   * @param {OtioExportOptions} [options]
   * @returns {Promise<string>}
   */
  async exportOtio(timeline, { name, markers, media } = {}) {
    const plain = { ...timeline, sources: undefined, fonts: undefined };
    return (await this.#ask({ type: 'export_otio', timeline: plain, name, markers, media })).text;
  }

  /**
   * @param {File | Blob | FileSystemFileHandle} file
   * @returns {Promise<CaptionsImport>}
   */
  importCaptions(file) {
    return this.#ask({ type: 'import_captions', file });
  }

  /**
   * @param {Caption[]} captions
   * @param {'srt' | 'vtt'} format
   * @returns {Promise<string>}
   */
  async exportCaptions(captions, format) {
    return (await this.#ask({ type: 'export_captions', captions, format })).text;
  }

  restart() {
    if (this.#state === 'failed') this.#startWorker();
    return this.#ready;
  }

  dispose() {
    if (this.#state === 'disposed') return;
    this.#stopWorker(disposed());
    this.#boot.reject(disposed());
    this.#setState('disposed');
    if (this.#job) void this.#fail(this.#job, disposed());
  }

  // The worker's life

  #startWorker() {
    // Its own: the worker holds a lock of this name for as long as it lives.
    const name = `gran-export ${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    const worker = new Worker(new URL(WORKER_FILE, import.meta.url), { type: 'module', name });
    this.#worker = worker;
    const port = lendRasteriser();
    worker.postMessage({ type: 'lend_rasteriser', port }, [port]);
    this.#viewer = lendViewer(worker);
    this.#ready = new Promise((resolve, reject) => (this.#boot = { resolve, reject }));
    this.#ready.catch(() => {}); // `state` tells as well; nobody has to listen to both
    worker.onmessage = ({ data }) => {
      if (worker === this.#worker) this.#receive(data);
    };
    worker.onmessageerror = () => worker === this.#worker && this.#workerLost();
    worker.onerror = (event) => worker === this.#worker && this.#workerLost(event.message);
    this.#watchBoot(worker, name);
    this.#setState('starting');
  }

  /**
   * Misses a worker that dies or hangs while it boots, which no event tells.
   * @param {Worker} worker @param {string} lock held by it for as long as it lives
   */
  #watchBoot(worker, lock) {
    let [silentTicks, stalledTicks, arrived] = [0, 0, -1];
    const lost = (/** @type {string} */ cause) => void (worker === this.#worker && this.#workerLost(cause));
    const timer = setInterval(() => {
      if (++silentTicks >= BOOT_SILENCE_TICKS) lost('nothing was heard of it for a minute');
      else if (++stalledTicks >= BOOT_STALLED_TICKS) lost('its files do not arrive');
    }, SILENCE_TICK_MS);
    this.#hearLoading = (files) => {
      // Who is heard holds the lock. Where there are no locks, only silence tells.
      if (arrived < 0) navigator.locks?.request(lock, () => lost('the worker is gone')).catch(() => {});
      if (files > arrived) stalledTicks = 0;
      [silentTicks, arrived] = [0, Math.max(files, arrived)];
    };
    const stop = () => clearInterval(timer);
    this.#ready.then(() => (this.#hearLoading(0), stop()), stop);
  }

  /** @param {ExportError} reason for those who wait for an answer */
  #stopWorker(reason) {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const question of this.#questions.values()) question.reject(reason);
    this.#questions.clear();
  }

  /** @param {ExportError} reason */
  #replaceWorker(reason) {
    this.#stopWorker(reason);
    this.#boot.reject(reason);
    this.#startWorker();
  }

  /** @param {ExportError} error */
  #bootFailed(error) {
    // No new attempt by itself: what kept the engine from starting is most likely still there.
    this.#stopWorker(error);
    this.#boot.reject(error);
    this.#setState('failed');
  }

  /** The worker broke or fell silent. @param {string} [cause] */
  #workerLost(cause) {
    if (this.#state === 'starting') {
      const message = 'The export engine did not start';
      return this.#bootFailed(new ExportError(message, { recoverable: false, code: 'E_ENGINE', cause }));
    }
    const message = 'The export engine stopped unexpectedly and was started again';
    const error = new ExportError(message, { recoverable: true, code: 'E_WORKER', cause });
    this.#replaceWorker(error);
    if (this.#job?.started) void this.#fail(this.#job, this.#job.cancelling ? cancelled() : error);
  }

  /** @param {ClientState} state */
  #setState(state) {
    this.#state = state;
    this.dispatchEvent(new Event('statechange'));
  }

  // Messages

  /** @param {any} message one of the outgoing messages of messages.d.ts; unknown ones are for newer clients */
  #receive(message) {
    const job = this.#job?.over ? undefined : this.#job;
    if (job) job.heard = true;
    switch (message?.type) {
      case 'ready':
        this.#boot.resolve();
        return this.#setState('ready');
      case 'loading':
        return this.#hearLoading(message.files);
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
        return this.#answered(message);
      case 'completed':
        return void (job && this.#complete(job, message));
      case 'error':
        return this.#errorReceived(job, message);
    }
  }

  /** @param {Job | undefined} job @param {{message: string, recoverable: boolean}} wire */
  #errorReceived(job, { message, recoverable }) {
    const { code, clipId, timeUs } = job?.failure ?? {};
    const known = message === CANCELLED_MESSAGE ? 'E_CANCELLED' : code;
    const error = new ExportError(message, { recoverable, code: known, clipId, timeUs });
    // Nothing is posted to a worker that is not ready, so what it complains about is its own start.
    if (this.#state === 'starting') return this.#bootFailed(new ExportError(message, { recoverable, code: 'E_ENGINE' }));
    if (recoverable) return void (job && this.#refused(job, error));
    this.#replaceWorker(error);
    if (job) void this.#fail(job, error);
  }

  /** @param {{type: string, requestId: number, [field: string]: any}} answer */
  #answered({ type, requestId, ...answer }) {
    const question = this.#questions.get(requestId);
    this.#questions.delete(requestId);
    if (type !== 'refused') return question?.resolve(answer);
    question?.reject(new ExportError(answer.message, { recoverable: true, code: answer.code }));
  }

  /** @param {{type: string, [field: string]: unknown}} question @returns {Promise<any>} */
  async #ask(question) {
    if (this.#state === 'disposed') throw disposed();
    await this.#ready;
    const worker = this.#worker;
    if (!worker) throw disposed();
    const requestId = ++this.#lastRequestId;
    try {
      worker.postMessage({ ...question, requestId });
    } catch (cause) {
      throw contractError(cause);
    }
    return new Promise((resolve, reject) => this.#questions.set(requestId, { resolve, reject }));
  }

  // One export

  /** @param {Job} job @param {{timeline: unknown, settings: unknown}} snapshot */
  #submit(job, snapshot) {
    // Kept here until the engine is ready: a cancel in the meantime then needs no answer from a worker that cannot give one.
    try {
      if (this.#state === 'ready') return this.#post(job, snapshot);
      const copy = structuredClone(snapshot);
      this.#ready.then(
        () => job.over || this.#post(job, copy),
        (error) => this.#fail(job, error),
      );
    } catch (cause) {
      void this.#fail(job, contractError(cause));
    }
  }

  /** @param {Job} job @param {{timeline: unknown, settings: unknown}} snapshot */
  #post(job, snapshot) {
    job.destination.deliver((writablePort, transfer) =>
      this.#worker?.postMessage({ type: 'init_export', ...snapshot, writablePort }, transfer),
    );
    job.started = true;
    this.#watch(job);
    const { onPicture } = job.options;
    if (onPicture && this.#viewer)
      alsoStop(
        job,
        watchPictures(this.#viewer, (picture) => tell(onPicture, picture)),
      );
  }

  /** @param {Job} job */
  #watch(job) {
    let silentTicks = 0;
    const timer = setInterval(() => {
      if (job.cancelling) return;
      silentTicks = job.heard || job.destination.committing() ? 0 : silentTicks + 1;
      job.heard = false;
      if (silentTicks >= SILENCE_TICKS) this.#workerLost('no message for 15 s');
    }, SILENCE_TICK_MS);
    alsoStop(job, () => clearInterval(timer));
  }

  /** @param {Job} job */
  #cancel(job) {
    if (job.cancelling || job.over) return;
    job.cancelling = true;
    if (!job.started) return void this.#fail(job, cancelled());
    this.#worker?.postMessage({ type: 'cancel_export' });
    this.#awaitCancel(job);
  }

  /** @param {Job} job */
  #awaitCancel(job) {
    job.heard = false;
    // A worker that commits answers only when it is done, so it is asked something else to see whether it lives.
    if (job.committing) this.querySupport({ width: 640, height: 360, fps: 30 }).catch(() => {});
    const timer = setTimeout(() => {
      if (job.destination.committing() || (job.committing && job.heard)) return this.#awaitCancel(job);
      const error = cancelled();
      this.#replaceWorker(error);
      void this.#fail(job, error);
    }, CANCEL_PATIENCE_MS);
    alsoStop(job, () => clearTimeout(timer));
  }

  /** @param {Job} job @param {ExportResult} result */
  async #complete(job, { durationMs, frames }) {
    this.#end(job);
    if (!(await job.destination.release())) {
      return this.#reject(job, new ExportError('The file was not closed', { recoverable: true, code: 'E_WORKER' }));
    }
    this.#job = undefined;
    job.resolve({ durationMs, frames });
  }

  /** The worker's own answer: it has cleaned up. @param {Job} job @param {ExportError} error */
  async #refused(job, error) {
    this.#end(job);
    await job.destination.release(error);
    this.#reject(job, error);
  }

  /** Ends an export that the worker did not end, or not in good order. @param {Job} job @param {ExportError} error */
  async #fail(job, error) {
    if (job.over) return;
    this.#end(job);
    const outcome = await job.destination.discard(error);
    if (outcome === 'gone') return this.#reject(job, error);
    const message = 'The file was saved, but the export engine stopped before it could be checked';
    this.#reject(job, new ExportError(message, { recoverable: true, code: 'E_WORKER' }));
  }

  /** @param {Job} job */
  #end(job) {
    job.over = true;
    job.stopWatching();
  }

  /** @param {Job} job @param {ExportError} error */
  #reject(job, error) {
    this.#job = undefined;
    job.reject(error);
  }
}

/** Adds something to stop when the export is over. @param {Job} job @param {() => void} stop */
function alsoStop(job, stop) {
  const rest = job.stopWatching;
  job.stopWatching = () => {
    stop();
    rest();
  };
}

/** @template T @param {((message: T) => void) | undefined} callback @param {T} message */
function tell(callback, message) {
  try {
    callback?.(message);
  } catch (error) {
    reportError(error); // the embedder's mistake, which must not cost the film
  }
}

const disposed = () => new ExportError('The exporter was closed', { recoverable: false, code: 'E_CANCELLED' });

/** @param {unknown} cause */
function contractError(cause) {
  const { name, message: reason } = /** @type {Error} */ (cause);
  const message = name === 'DataCloneError' ? `The timeline or the settings hold something that no message can carry: ${reason}` : reason;
  return new ExportError(message, { recoverable: true, code: 'E_CONTRACT', cause });
}

/** @param {Promise<unknown>} work */
function holdLock(work) {
  // Insecure contexts have no locks; nothing is updated there either.
  void navigator.locks?.request(EXPORT_LOCK, { mode: 'shared' }, () => work.catch(() => {}));
}
