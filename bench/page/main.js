/** One measurement in a page of its own: boots a peer, lets it make a job's film, tells how long it took. */
import * as gran from './gran.js';
import LoopsWorker from './loops.worker.js?worker';
import * as webav from './webav.js';

/** @param {string} peer */
function inWorker(peer) {
  /** @type {Worker} */
  let worker;
  const answer = () =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve({}));
      worker.onerror = (event) => reject(new Error(event.message));
    });
  return {
    async boot() {
      worker = new LoopsWorker();
      await answer();
    },
    /** @param {any} job @param {Record<string, File>} files @param {FileSystemFileHandle} output */
    async run(job, files, output) {
      worker.postMessage({ peer, job, files, output });
      return answer();
    },
  };
}

/** @type {Record<string, {boot(): Promise<void>, run(job: any, files: Record<string, File>, output: FileSystemFileHandle): Promise<any>}>} */
const PEERS = { gran, loop: inWorker('loop'), conversion: inWorker('conversion'), webav };

/** @param {string} peer */
async function boot(peer) {
  await PEERS[peer]?.boot();
}

/** @param {string} peer @param {any} job @param {string[]} names of the files, in the order in which they were chosen */
async function run(peer, job, names) {
  const input = /** @type {HTMLInputElement} */ (document.querySelector('#files'));
  const files = Object.fromEntries(names.map((name, at) => [name, /** @type {File} */ (input.files?.[at])]));
  const folder = await navigator.storage.getDirectory();
  const output = await folder.getFileHandle('film.mp4', { create: true });
  const began = performance.now();
  const result = await PEERS[peer]?.run(job, files, output);
  const ms = performance.now() - began;
  return { ms, ...result };
}

async function save() {
  const folder = await navigator.storage.getDirectory();
  const file = await (await folder.getFileHandle('film.mp4')).getFile();
  Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: 'film.mp4' }).click();
}

Object.assign(globalThis, { bench: { boot, run, save } });
