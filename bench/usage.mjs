/** What a process and all that it started use: memory (PSS: their own and their part of what is shared) and processor time. */
import { readdir, readFile } from 'node:fs/promises';

const EVERY_MS = 500;
export const TICKS_PER_S = 100;

/** @typedef {{cpuS: number, before: number, most: number}} Usage `before` and `most` are bytes */

/** @param {number} pid @returns {Promise<{pid: number, ticks: number}[]>} */
export async function family(pid) {
  /** @type {Map<number, {parent: number, ticks: number}>} */
  const found = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    found.set(Number(name), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
  }
  const belongs = (/** @type {number} */ each) => {
    for (let up = each; up > 0; up = found.get(up)?.parent ?? 0) if (up === pid) return true;
    return false;
  };
  return [...found].filter(([each]) => belongs(each)).map(([each, { ticks }]) => ({ pid: each, ticks }));
}

/** @param {number} pid @returns {Promise<number>} bytes */
async function pss(pid) {
  let kib = 0;
  for (const each of await family(pid)) {
    const text = await readFile(`/proc/${each.pid}/smaps_rollup`, 'utf8').catch(() => '');
    kib += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return kib * 1024;
}

/** @param {number} pid */
const cpuS = async (pid) => (await family(pid)).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_S;

/**
 * Watches until it is told to stop. Memory only where it is asked for: to look at it costs time.
 * @param {number} pid
 * @param {boolean} memory
 * @returns {Promise<() => Promise<Usage>>}
 */
export async function watch(pid, memory) {
  const before = memory ? await pss(pid) : 0;
  let most = before;
  const began = await cpuS(pid);
  const timer = memory ? setInterval(async () => (most = Math.max(most, await pss(pid))), EVERY_MS) : undefined;
  return async () => {
    clearInterval(timer);
    return { cpuS: (await cpuS(pid)) - began, before, most };
  };
}
