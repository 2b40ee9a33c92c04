/** Boots Python in this worker and hands the worker over to it. What is done with a message is gran_worker's business. */
import { loadPyodide } from 'pyodide';
import { integrity, lock, wheel } from 'virtual:runtime';
import { Decoders } from './decoders.js';
import { holdFile } from './file-lock.js';
import { guardReads } from './guard-reads.js';
import { PlaneMixer } from './plane-mixer.js';
import { putChunks, putPackets, SoundPackets, takePackets } from './packets.js';
import { ReadAhead } from './read-ahead.js';
import { takeSounds } from './take-sounds.js';
import { toJsonText } from './to-json-text.js';
import { VideoFeed } from './video-feed.js';
import { waker } from './waker.js';

/** @type {unknown[]} messages that came before Python listened */
const earlyMessages = [];
/** @param {MessageEvent} event */
const keepMessage = (event) => earlyMessages.push(event.data);
self.addEventListener('message', keepMessage);

/** Held as long as this worker lives: who waits for it hears at once that the worker is gone, which no event tells. */
const alive = new Promise((resolve) => {
  if (!self.name || !navigator.locks) resolve(undefined);
  else void navigator.locks.request(self.name, () => (resolve(undefined), new Promise(() => {})));
});

/**
 * Encoders that browsers lack, from our own origin, when an export first needs one. Each tells mediabunny of itself.
 * @type {Record<string, () => Promise<void>>}
 */
const encoders = {
  aac: async () => (await import('@mediabunny/aac-encoder')).registerAacEncoder(),
  flac: async () => (await import('@mediabunny/flac-encoder')).registerFlacEncoder(),
  mp3: async () => (await import('@mediabunny/mp3-encoder')).registerMp3Encoder(),
};

const LOADING_EVERY_MS = 2000;
let stopTelling = () => {};

const folder = new URL(/* @vite-ignore */ './pyodide/', import.meta.url).href;

/**
 * @param {string} name of a file of the runtime
 * @param {string} hash
 */
async function fetchFile(name, hash) {
  // no-cache: a host's stale copy of an older build is not what was asked for
  const response = await fetch(folder + name, { integrity: hash, cache: 'no-cache' }).catch(() => undefined);
  if (!response?.ok) throw new Error(`${name} is missing, or is not the file of this build`);
  return response;
}

/**
 * Asks for all files of the runtime at once, and lets Pyodide find them where it would fetch them. None is used whose hash
 * is not the build's: Pyodide itself checks the packages of its lock file, but neither its own core nor a wheel that
 * micropip gets by address.
 */
function fetchRuntime() {
  const { fetch } = self;
  const arriving = new Map(Object.entries(integrity).map(([name, hash]) => [folder + name, fetchFile(name, hash)]));
  self.fetch = (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const response = arriving.get(address);
    arriving.delete(address); // a body can be read once
    return response ?? fetch(input, init);
  };
  const files = [...arriving.values()];
  const restore = () => (self.fetch = fetch);
  return { arriving: files, all: Promise.all(files), restore };
}

async function loadPython() {
  const env = { HOME: '/home/pyodide', PYDANTIC_DISABLE_PLUGINS: '__all__' }; // to look for plugins is to read every package's metadata
  const python = await loadPyodide({ indexURL: folder, packageBaseUrl: folder, lockFileContents: lock, env });
  // Pyodide would open every library of a package now; most of numpy's are never imported, and the rest opens on import.
  python.pyimport('pyodide._package_loader').get_dynlibs = () => [];
  await python.loadPackage(['numpy', 'pydantic', 'micropip'], { messageCallback: () => {} });
  return python;
}

/**
 * Tells the page that this worker lives, and how many files have come: whatever kills or hangs it now, nothing else would tell.
 * @param {Iterable<Promise<unknown>>} arriving
 */
function tellLoading(arriving) {
  let files = 0;
  const tell = () => self.postMessage({ type: 'loading', files });
  for (const file of arriving)
    file.then(
      () => files++,
      () => {}, // told by whoever waits for it
    );
  void alive.then(tell);
  const timer = setInterval(tell, LOADING_EVERY_MS);
  return () => clearInterval(timer);
}

async function boot() {
  const runtime = fetchRuntime();
  stopTelling = tellLoading(runtime.arriving);
  // All of it, not only Python: Pyodide waits for ever for a core that does not come.
  const [python, mediabunny] = await Promise.all([loadPython(), import('mediabunny'), runtime.all, alive]);
  await python.pyimport('micropip').install.callKwargs(folder + wheel, { deps: false });
  runtime.restore();
  python.registerJsModule('mediabunny', mediabunny);
  /** @param {string} codec */
  const registerEncoder = (codec) => encoders[codec]?.();
  /** Packages that most exports do without: their hash is the lock file's. @param {string} name */
  const loadPackage = async (name) => {
    const loaded = await python.loadPackage([name], { messageCallback: () => {} });
    if (!loaded.length && !python.loadedPackages[name]) throw new Error(`${name} could not be loaded`);
  };
  const loadPixi = () => import('./pixi.js');
  const { hardwareConcurrency: cores } = navigator; // as it is: mediabunny is told something else
  const decoders = new Decoders();
  decoders.watch(self);
  const crossings = { toJsonText, takeSounds, takePackets, putChunks, putPackets, ReadAhead, SoundPackets, VideoFeed, PlaneMixer };
  python.registerJsModule('gran_js', {
    ...crossings,
    guardReads,
    holdFile,
    registerEncoder,
    loadPixi,
    loadPackage,
    decoders,
    waker,
    cores,
  });
  stopTelling();
  python.pyimport('gran_worker.app').start(self, earlyMessages);
  self.removeEventListener('message', keepMessage);
}

boot().catch((error) => {
  stopTelling();
  console.error(error);
  // The last line of a Python traceback is what went wrong; the rest is where.
  const reason = String(error.message).trim().split('\n').at(-1);
  const message = `The export engine could not start (${reason}). Reload the page to try again.`;
  self.postMessage({ type: 'error', message, recoverable: false });
});
