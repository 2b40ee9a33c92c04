import { ExportError } from './export-error.js';

/**
 * @import { Destination } from './destination.js'
 * @import { ExportOptions, ExportResult } from './export-worker-client.js'
 */

/** A worker whose event loop turns answers a cancel within 1 s, unless it is committing the file. */
const CANCEL_PATIENCE_MS = 2000;
/** A running export reports every 2 s. Counted in ticks, so that a suspended page does not count as silence. */
const SILENCE_TICK_MS = 5000;
const SILENCE_TICKS = 3;

/** One export, from the call to the settling of its promise. */
export class ExportJob {
  /** The worker has its init_export. */
  started = false;
  cancelling = false;
  /** Its final message has come; what is left is to let go of the destination. */
  over = false;
  /** Its last reported phase is the one that ends in the commit. */
  committing = false;
  /** The worker has said something since this was last set to false. */
  heard = false;
  /** The worker's details of the error to come. @type {{code?: string, clipId?: string, timeUs?: number}} */
  failure = {};
  /** @type {Promise<ExportResult>} */
  result;
  /** @type {{resolve: (result: ExportResult) => void, reject: (error: ExportError) => void}} */
  #settle = { resolve() {}, reject() {} };
  /** @type {(() => void)[]} */
  #stops = [];

  /** @param {ExportOptions} options @param {Destination} destination @param {() => void} settled called just before the promise settles */
  constructor(options, destination, settled) {
    this.options = options;
    this.destination = destination;
    this.result = new Promise((resolve, reject) => {
      this.#settle = {
        resolve: (result) => (settled(), resolve(result)),
        reject: (error) => (settled(), reject(error)),
      };
    });
  }

  /** Something to stop when the export is over. @param {() => void} stop */
  alsoStop(stop) {
    this.#stops.push(stop);
  }

  /** @param {() => void} lost the worker says nothing any more */
  watchSilence(lost) {
    let silentTicks = 0;
    const timer = setInterval(() => {
      if (this.cancelling) return;
      silentTicks = this.heard || this.destination.committing() ? 0 : silentTicks + 1;
      this.heard = false;
      if (silentTicks >= SILENCE_TICKS) lost();
    }, SILENCE_TICK_MS);
    this.alsoStop(() => clearInterval(timer));
  }

  /** @param {() => void} knock asks the worker for an answer of any kind @param {() => void} lost it did not cancel in time */
  awaitCancel(knock, lost) {
    this.heard = false;
    // A worker that commits answers only when it is done, so it is asked something else to see whether it lives.
    if (this.committing) knock();
    const timer = setTimeout(() => {
      if (this.destination.committing() || (this.committing && this.heard)) this.awaitCancel(knock, lost);
      else lost();
    }, CANCEL_PATIENCE_MS);
    this.alsoStop(() => clearTimeout(timer));
  }

  /** @param {ExportResult} result */
  async complete({ durationMs, frames }) {
    this.#end();
    if (await this.destination.release()) this.#settle.resolve({ durationMs, frames });
    else this.#settle.reject(new ExportError('The file was not closed', { recoverable: true, code: 'E_WORKER' }));
  }

  /** The worker's own answer: it has cleaned up. @param {ExportError} error */
  async refuse(error) {
    this.#end();
    await this.destination.release(error);
    this.#settle.reject(error);
  }

  /** Ends an export that the worker did not end, or not in good order. @param {ExportError} error */
  async fail(error) {
    if (this.over) return;
    this.#end();
    const outcome = await this.destination.discard(error);
    if (outcome === 'gone') return this.#settle.reject(error);
    const message = 'The file was saved, but the export engine stopped before it could be checked';
    this.#settle.reject(new ExportError(message, { recoverable: true, code: 'E_WORKER' }));
  }

  #end() {
    this.over = true;
    for (const stop of this.#stops.splice(0)) stop();
  }
}
