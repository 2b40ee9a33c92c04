/**
 * Where the time of one job goes: node bench/profile.mjs [--job composite] [--peer gran] [--executor 2d]
 *
 * The same film twice, in ms a frame. First untouched: how long it took, stage by stage where the peer tells that, and the processor time of every
 * kind of thread, codecs' included. Then with the profile of the thread that does the work, by the kind of code that was met.
 */
import { readdir, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { FPS, JOBS, SOURCES, sourcesOf } from './jobs.mjs';
import { media } from './media.mjs';
import { inBrowser, warmUp } from './peers.mjs';
import { site } from './site.mjs';
import { family, TICKS_PER_S } from './usage.mjs';

/** @typedef {{id: number, callFrame: {functionName: string, url: string}, children?: number[]}} Node */
/** @typedef {{name: string, file: string}} Code */
/** @typedef {{nodes: Node[], samples: number[], timeDeltas: number[]}} Profile */

const EVERY_US = 500;
const EVERY_MS = 100;
const LEAST_MS = 0.05;

/** @param {import('playwright-core').CDPSession} page @returns {Promise<{start(): Promise<unknown>, stop(): Promise<Profile[]>}>} of every worker */
async function profilerOf(page) {
  let last = 0;
  /** @type {Map<number, (result: any) => void>} */
  const waiting = new Map();
  /** @type {string[]} */
  const sessions = [];
  page.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => targetInfo.type === 'worker' && sessions.push(sessionId));
  page.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
  });
  await page.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const send = (/** @type {string} */ sessionId, /** @type {string} */ method, params = {}) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, resolve);
      page.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: last, method, params }) }).catch(reject);
    });
  const all = (/** @type {string} */ method, params = {}) => Promise.all(sessions.map((session) => send(session, method, params)));
  return {
    async start() {
      await all('Profiler.enable');
      await all('Profiler.setSamplingInterval', { interval: EVERY_US });
      return all('Profiler.start');
    },
    stop: async () => (await all('Profiler.stop')).map(({ profile }) => profile),
  };
}

/** Watches the processor time of each kind of thread: codecs' come and go, so each is looked at again and again. */
function watchThreads() {
  /** @type {Map<string, {kind: string, first: number, last: number}>} */
  const seen = new Map();
  const look = async (/** @type {boolean} */ begins) => {
    for (const { pid } of await family(process.pid)) {
      if (pid === process.pid) continue;
      const kind =
        /--type=(\S+)/.exec((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '))?.[1] ?? 'browser';
      for (const id of await readdir(`/proc/${pid}/task`).catch(() => [])) {
        const text = await readFile(`/proc/${pid}/task/${id}/stat`, 'utf8').catch(() => '');
        const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')).replace(/[/#]?\d+$/, '');
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        const ticks = Number(fields[11]) + Number(fields[12]);
        const thread = seen.get(id) ?? { kind: `${kind} ${name}`, first: begins ? ticks : 0, last: 0 };
        if (text) thread.last = ticks;
        seen.set(id, thread);
      }
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    ready: look(true),
    async stop() {
      clearInterval(timer);
      await look(false);
      /** @type {Map<string, number>} */
      const used = new Map();
      for (const { kind, first, last } of seen.values()) used.set(kind, (used.get(kind) ?? 0) + ((last - first) * 1000) / TICKS_PER_S);
      return used;
    },
  };
}

/** What browsers do themselves, by the kind of work that it is. */
const NATIVE = new Map([
  ['waiting', ['(idle)']],
  [
    'canvas',
    ['drawImage', 'getImageData', 'putImageData', 'fillText', 'fillRect', 'clearRect', 'restore', 'save', 'transferToImageBitmap', 'set'],
  ],
  ['copying px', ['copyTo', 'copyWithin']],
  ['making frames', ['VideoFrame', 'clone']],
  ['codecs called', ['decode', 'encode', 'EncodedVideoChunk', 'EncodedAudioChunk', 'configure', 'flush', 'isConfigSupported']],
  ['turns of the event loop', ['postMessage', 'queueMicrotask', 'setTimeout']],
  ['garbage', ['(garbage collector)']],
]);
/** The kernel's module has few functions, and JavaScript calls them; Python's many call each other. */
const KERNEL = /^wasm-function\[\d\]$/;

/** @param {Code} code @param {Code | undefined} caller */
function kindOf({ name, file }, caller) {
  if (file === '') for (const [kind, names] of NATIVE) if (names.includes(name)) return kind;
  if (KERNEL.test(name) && !caller?.file.includes('wasm')) return 'mixing or converting px';
  if (file.includes('wasm')) return 'Python';
  if (file.startsWith('pyodide') || name === 'wasm-to-js' || name === 'js-to-wasm') return 'crossing';
  return file ? 'JavaScript' : 'other';
}

/** @param {Profile} profile @returns {Map<string, number>} µs of each kind of code that was on top */
function selfTimes({ nodes, samples, timeDeltas }) {
  const codes = new Map(nodes.map(({ id, callFrame }) => [id, { name: callFrame.functionName, file: fileOf(callFrame.url) }]));
  const parents = new Map(nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])));
  /** The nearest one of another file, beyond the wrappers of a module. @param {number} id */
  const callerOf = (id) => {
    let up = parents.get(id);
    while (up !== undefined && codes.get(up)?.file === codes.get(id)?.file) up = parents.get(up);
    return codes.get(up ?? -1);
  };
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const [at, id] of samples.entries()) {
    const code = codes.get(id);
    if (!code) continue;
    const kind = values.functions ? `${code.name} ${code.file}` : kindOf(code, callerOf(id));
    times.set(kind, (times.get(kind) ?? 0) + (timeDeltas[at] ?? 0));
  }
  return times;
}

/** @param {string} url */
const fileOf = (url) => (url.startsWith('wasm:') ? `wasm ${url.split('/').pop()}` : (url.split('/').pop() ?? ''));

/** @param {Iterable<[string, number]>} times in ms a frame */
function print(times) {
  for (const [name, ms] of [...times].sort(([, a], [, b]) => b - a))
    if (ms >= LEAST_MS) console.log(`  ${ms.toFixed(2).padStart(6)}  ${name}`);
}

const { values } = parseArgs({
  options: {
    job: { type: 'string', default: 'composite' },
    peer: { type: 'string', default: 'gran' },
    executor: { type: 'string' },
    functions: { type: 'boolean' },
  },
});
const found = JOBS.find(({ id }) => id === values.job);
if (!found) throw new Error(`no job ${values.job}`);
const job = { ...found, ...(values.executor && { settings: { executor: values.executor } }) };
const frames = job.seconds * FPS;
const paths = Object.fromEntries(
  await Promise.all(sourcesOf(job).map(async (name) => [name, await media(/** @type {any} */ (SOURCES[name]))])),
);
const { url, close } = await site();
try {
  await inBrowser(values.peer, paths, url, async (page, run) => {
    await run(warmUp(job));
    const looking = watchThreads();
    await looking.ready;
    const { ms, telemetry } = await run(job);
    const used = [...(await looking.stop())].map(([name, ms]) => /** @type {[string, number]} */ ([name, ms / frames]));
    console.log(`${job.id}, ${values.peer}${telemetry ? `, ${telemetry.executor}` : ''}: ${(ms / frames).toFixed(1)} ms a frame`);
    print(Object.entries(telemetry?.stages ?? {}).map(([stage, { seconds }]) => [stage, (seconds * 1000) / frames]));
    console.log(`processor time of threads: ${used.reduce((sum, [, ms]) => sum + ms, 0).toFixed(1)} ms`);
    print(used);
    const profiler = await profilerOf(await page.context().newCDPSession(page));
    await profiler.start();
    await run(job);
    for (const profile of await profiler.stop()) {
      const times = [...selfTimes(profile)].map(([name, us]) => /** @type {[string, number]} */ ([name, us / 1000 / frames]));
      if (times.length === 1) continue; // a worker that slept
      console.log('its thread:');
      print(times);
    }
  });
} finally {
  close();
}
