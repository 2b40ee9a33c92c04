/**
 * Where the time of one job goes: node bench/profile.mjs [--job composite] [--peer gran] [--executor 2d]
 *
 * Two views of the same film, in ms a frame: what the thread did that runs the exporter (its profile, by the kind of code that was met), and the
 * processor time of every thread of the browser, codecs' included.
 */
import { readdir, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { FPS, JOBS, SOURCES, sourcesOf } from './jobs.mjs';
import { media } from './media.mjs';
import { inBrowser, warmUp } from './peers.mjs';
import { site } from './site.mjs';
import { family, TICKS_PER_S, watch } from './usage.mjs';

/** @typedef {{id: number, callFrame: {functionName: string, url: string}, children?: number[]}} Node */
/** @typedef {{nodes: Node[], samples: number[], timeDeltas: number[]}} Profile */

const EVERY_US = 500;
const EVERY_MS = 100;

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

/** @param {Profile} profile @returns {Map<string, number>} µs of each function that was on top */
function selfTimes({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const [at, id] of samples.entries()) {
    const frame = byId.get(id)?.callFrame;
    const file = frame?.url.split('/').pop() ?? '';
    const key = file.includes('wasm') && !frame?.functionName.startsWith('(') ? `${file.slice(0, 24)}` : `${frame?.functionName} ${file}`;
    times.set(key, (times.get(key) ?? 0) + (timeDeltas[at] ?? 0));
  }
  return times;
}

const { values } = parseArgs({
  options: {
    job: { type: 'string', default: 'composite' },
    peer: { type: 'string', default: 'gran' },
    executor: { type: 'string' },
    top: { type: 'string', default: '40' },
  },
});
const job = JOBS.find(({ id }) => id === values.job);
if (!job) throw new Error(`no job ${values.job}`);
if (values.executor) job.settings = { executor: values.executor };
const paths = Object.fromEntries(
  await Promise.all(sourcesOf(job).map(async (name) => [name, await media(/** @type {any} */ (SOURCES[name]))])),
);
const { url, close } = await site();
try {
  await inBrowser(values.peer, paths, url, async (page, run) => {
    await run(warmUp(job));
    const profiler = await profilerOf(await page.context().newCDPSession(page));
    const frames = job.seconds * FPS;
    const settle = await watch(process.pid, false);
    const looking = watchThreads();
    await looking.ready;
    const { ms } = await run(job);
    const used = [...(await looking.stop())].map(([name, ms]) => ({ name, ms: ms / frames })).sort((a, b) => b.ms - a.ms);
    console.log(`${(ms / frames).toFixed(1)} ms a frame, ${(((await settle()).cpuS * 1000) / frames).toFixed(1)} ms of processor`);
    for (const { name, ms } of used) if (ms > 0.1) console.log(`  ${ms.toFixed(2).padStart(6)}  ${name}`);
    await profiler.start();
    const again = await run(job);
    const profiles = await profiler.stop();
    console.log(`profiled: ${(again.ms / frames).toFixed(1)} ms a frame`);
    for (const profile of profiles) {
      console.log('worker');
      const times = [...selfTimes(profile)].map(([name, us]) => ({ name, ms: us / 1000 / frames })).sort((a, b) => b.ms - a.ms);
      for (const { name, ms } of times.slice(0, Number(values.top))) if (ms >= 0.02) console.log(`  ${ms.toFixed(2).padStart(6)}  ${name}`);
    }
  });
} finally {
  close();
}
