import { BootWatch } from './boot-watch.js';
import { lendRasteriser } from './lend-rasteriser.js';
import { lendViewer } from './live-pictures.js';

/**
 * @import { ExportError } from './export-error.js'
 * @import { ClientState } from './export-worker-client.js'
 */

// In a variable, so that bundlers leave the address alone: the built worker has this very name beside this module.
const WORKER_FILE = './export-worker.js';

/**
 * The life of the export worker: started, ready, ended, and begun anew. Only the latest is heard.
 *
 * @typedef {object} Listeners
 * @property {(message: any) => void} onMessage
 * @property {(cause?: string) => void} onLost it broke, or is gone
 * @property {() => void} onState
 */
export class EngineWorker {
  #listeners;
  /** @type {Worker | undefined} */
  #worker;
  /** @type {{resolve: () => void, reject: (error: ExportError) => void}} */
  #boot = { resolve() {}, reject() {} };
  /** @type {BootWatch | undefined} */
  #watch;
  /** Where pictures of the film come from. @type {MessagePort | undefined} */
  viewer;
  /** @type {ClientState} */
  state = 'starting';
  /** @type {Promise<void>} */
  ready = Promise.resolve();

  /** @param {Listeners} listeners */
  constructor(listeners) {
    this.#listeners = listeners;
  }

  get ended() {
    return this.#worker === undefined;
  }

  /** @param {unknown} message @param {Transferable[]} [transfer] */
  post(message, transfer = []) {
    this.#worker?.postMessage(message, transfer);
  }

  start() {
    const { onMessage, onLost } = this.#listeners;
    // Its own: the worker holds a lock of this name for as long as it lives.
    const name = `gran-export ${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    const worker = new Worker(new URL(WORKER_FILE, import.meta.url), { type: 'module', name });
    this.#worker = worker;
    const port = lendRasteriser();
    worker.postMessage({ type: 'lend_rasteriser', port }, [port]);
    this.viewer = lendViewer(worker);
    this.ready = new Promise((resolve, reject) => (this.#boot = { resolve, reject }));
    this.ready.catch(() => {}); // `state` tells as well; nobody has to listen to both
    const lost = (/** @type {string | undefined} */ cause) => void (worker === this.#worker && onLost(cause));
    worker.onmessage = ({ data }) => {
      if (worker === this.#worker) onMessage(data);
    };
    worker.onmessageerror = () => lost(undefined);
    worker.onerror = (event) => lost(event.message);
    const watch = new BootWatch(name, lost);
    this.#watch = watch;
    this.ready.then(
      () => watch.booted(),
      () => watch.stop(),
    );
    this.#setState('starting');
  }

  /** It has said that it boots. @param {number} files that it has */
  loading(files) {
    this.#watch?.hear(files);
  }

  /** It has said that it is ready. */
  started() {
    this.#boot.resolve();
    this.#setState('ready');
  }

  /** Ends the worker, in the state that is left. @param {ExportError} reason for those who wait for it to be ready @param {'failed' | 'disposed'} state */
  end(reason, state) {
    this.#terminate(reason);
    this.#setState(state);
  }

  /** @param {ExportError} reason */
  replace(reason) {
    this.#terminate(reason);
    this.start();
  }

  /** @param {ExportError} reason */
  #terminate(reason) {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#boot.reject(reason);
  }

  /** @param {ClientState} state */
  #setState(state) {
    this.state = state;
    this.#listeners.onState();
  }
}
