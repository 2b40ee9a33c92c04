import { removeFile } from './remove-file.js';
import { StreamSink } from './sink.js';

/**
 * How an output reaches the worker, and how it is put back when the worker can no longer do so itself.
 *
 * @typedef {(writablePort: unknown, transfer: Transferable[]) => void} Post throws a DataCloneError where the browser cannot
 * @typedef {object} Destination
 * @property {(post: Post) => void} deliver
 * @property {() => boolean} committing the commit was begun, and only its outcome counts now
 * @property {(reason?: unknown) => Promise<boolean>} release after the worker has ended the export and cleaned up by itself:
 *   resolves once the page holds no lock either; false when the output was never closed
 * @property {(reason?: unknown) => Promise<'gone' | 'kept'>} discard in the worker's place: leaves nothing of the export
 *   behind, as far as the page can; 'kept' when the file had already been committed
 */

const SWAP_FILE_RETRY_MS = 100;
const SWAP_FILE_PATIENCE_MS = 3000;
const STREAM_PATIENCE_MS = 300;
/** Where the worker has waited for the stream already. */
const RELEASE_PATIENCE_MS = 150;

/**
 * @param {unknown} output
 * @param {() => void} onLost the worker's end of the output went away
 * @returns {Destination}
 */
export function openDestination(output, onLost) {
  // By shape, not by class: the object may come from another window of the same origin.
  const shape = /** @type {any} */ (output);
  if (shape?.kind === 'file' && typeof shape.createWritable === 'function') return handleDestination(shape);
  if (typeof shape?.getWriter !== 'function') throw new TypeError('output must be a file handle or a WritableStream');
  if (shape.locked) throw new TypeError('The output stream is locked: something else is still writing to it');
  return streamDestination(shape, onLost);
}

/** @param {FileSystemFileHandle} handle @returns {Destination} */
function handleDestination(handle) {
  // The worker writes to a swap file, so the size read here is the size before the export even if it comes late.
  const wasEmpty = handle.getFile().then(
    (file) => file.size === 0,
    () => false,
  );
  return {
    deliver: (post) => post(handle, []),
    committing: () => false,
    release: async () => true,
    async discard() {
      await onceUnlocked((await wasEmpty) ? () => removed(handle) : () => opened(handle));
      return 'gone';
    },
  };
}

/** A terminated worker's writer holds the file for up to 1.5 s more. @param {() => Promise<void>} attempt */
async function onceUnlocked(attempt) {
  for (const end = performance.now() + SWAP_FILE_PATIENCE_MS; performance.now() < end;) {
    try {
      return await attempt();
    } catch (error) {
      if (['NotFoundError', 'NotAllowedError'].includes(/** @type {Error} */ (error).name)) return;
      await sleep(SWAP_FILE_RETRY_MS);
    }
  }
}

/** Unless it is not empty any more: another tab may have put its film there. @param {FileSystemFileHandle} handle */
async function removed(handle) {
  if ((await handle.getFile()).size > 0) return;
  await removeFile(handle);
}

/** Nobody else has it open: the next export need not hear of this one. @param {FileSystemFileHandle} handle */
async function opened(handle) {
  const writable = await handle.createWritable(/** @type {any} */ ({ mode: 'exclusive' }));
  await writable.abort();
}

/** @param {WritableStream} stream @param {() => void} onLost @returns {Destination} */
function streamDestination(stream, onLost) {
  /** @type {StreamSink | undefined} */
  let sink;
  let transferred = false;
  return {
    deliver(post) {
      transferred = isFileStream(stream) && transfers(stream, post);
      if (transferred) return;
      sink = new StreamSink(stream, onLost);
      post(sink.remotePort, [sink.remotePort]);
    },
    committing: () => sink?.state === 'closing',
    async release(reason) {
      if (transferred || !sink) return true;
      return (await within(RELEASE_PATIENCE_MS, sink.abort(reason))) === 'closed';
    },
    async discard(reason) {
      if (transferred) return 'gone'; // the browser drops the file with the worker that owned it
      if (!sink)
        await within(
          STREAM_PATIENCE_MS,
          stream.abort(reason).catch(() => {}),
        );
      return sink && (await within(STREAM_PATIENCE_MS, sink.abort(reason))) === 'closed' ? 'kept' : 'gone';
    },
  };
}

/** @param {WritableStream} stream */
function isFileStream(stream) {
  return Object.prototype.toString.call(stream) === '[object FileSystemWritableFileStream]';
}

/** @param {WritableStream} stream @param {Post} post */
function transfers(stream, post) {
  try {
    post(stream, [stream]);
    return true;
  } catch (error) {
    if (/** @type {Error} */ (error).name === 'DataCloneError') return false;
    throw error;
  }
}

/** @param {number} ms @returns {Promise<void>} */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @template T @param {number} ms @param {Promise<T>} promise @returns {Promise<T | void>} */
const within = (ms, promise) => Promise.race([promise, sleep(ms)]);
