/** Memory of a process and of all that it started: what each has for itself and its part of what is shared (PSS). */
import { readdir, readFile } from 'node:fs/promises';

const EVERY_MS = 500;

/** @returns {Promise<Map<number, number>>} parent of each process */
async function parents() {
  const found = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = / [A-Z] (\d+) /.exec(text.slice(text.lastIndexOf(')')))?.[1];
    if (parent) found.set(Number(name), Number(parent));
  }
  return found;
}

/** @param {number} pid @returns {Promise<number>} bytes */
async function pss(pid) {
  const tree = await parents();
  let kib = 0;
  for (const each of tree.keys()) {
    let up = each;
    while (up !== pid && tree.has(up)) up = tree.get(up) ?? 0;
    if (up !== pid) continue;
    const text = await readFile(`/proc/${each}/smaps_rollup`, 'utf8').catch(() => '');
    kib += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return kib * 1024;
}

/**
 * Watches until it is told to stop.
 * @param {number} pid
 * @returns {Promise<() => {before: number, most: number}>} bytes
 */
export async function watchMemory(pid) {
  const before = await pss(pid);
  let most = before;
  const timer = setInterval(async () => (most = Math.max(most, await pss(pid))), EVERY_MS);
  return () => {
    clearInterval(timer);
    return { before, most };
  };
}
