/** Boots Python in this worker and hands the worker over to it. What is done with a message is gran_worker's business. */
import { loadPyodide } from 'pyodide';
import { integrity, lock, wheel } from 'virtual:runtime';
import { toJsonText } from './to-json-text.js';

/** @type {unknown[]} messages that came before Python listened */
const earlyMessages = [];
/** @param {MessageEvent} event */
const keepMessage = (event) => earlyMessages.push(event.data);
self.addEventListener('message', keepMessage);

const folder = new URL(/* @vite-ignore */ './pyodide/', import.meta.url).href;

/**
 * All files of the runtime are asked for at once, and each is used only if its hash is the build's. Pyodide checks the
 * packages of its lock file by itself, but neither its own core nor a wheel that micropip gets by address.
 * @returns {() => void} ends it
 */
function fetchRuntime() {
  const { fetch } = self;
  const arriving = new Map();
  for (const [name, hash] of Object.entries(integrity)) {
    // no-cache: a host's stale copy of an older build is not what was asked for
    const response = fetch(folder + name, { integrity: hash, cache: 'no-cache' });
    response.catch(() => {}); // whoever takes it will hear of it
    arriving.set(folder + name, response);
  }
  self.fetch = (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const response = arriving.get(address);
    arriving.delete(address);
    return response ?? fetch(input, init);
  };
  return () => (self.fetch = fetch);
}

async function boot() {
  const restoreFetch = fetchRuntime();
  const [python, mediabunny] = await Promise.all([
    loadPyodide({ indexURL: folder, packageBaseUrl: folder, lockFileContents: lock, packages: ['numpy', 'pydantic', 'micropip'] }),
    import('mediabunny'),
  ]);
  await python.pyimport('micropip').install.callKwargs(folder + wheel, { deps: false });
  restoreFetch();
  python.registerJsModule('mediabunny', mediabunny);
  python.registerJsModule('gran_js', { toJsonText, loadAacEncoder: () => import('@mediabunny/aac-encoder') });
  python.pyimport('gran_worker.app').start(self, earlyMessages);
  self.removeEventListener('message', keepMessage);
}

boot().catch((error) => {
  console.error(error);
  // The last line of a Python traceback is what went wrong; the rest is where.
  const reason = String(error.message).trim().split('\n').at(-1);
  const message = `The export engine could not start (${reason}). Reload the page to try again.`;
  self.postMessage({ type: 'error', message, recoverable: false });
});
