import { readFileSync } from 'node:fs';
import { BROWSER_FLAGS } from '../build/browser.mjs';
import { MP4, shot, timeline } from './films.ts';
import { expect, test } from './harness.ts';
import { Memory, slope, type Sample } from './memory.ts';
const FILM = timeline([
  shot('a', 'silent.mp4', [0, 0.5], 0.5),
  shot('b', 'long-gop.mp4', [0.5, 1], 1, { transform: { scale: { x: 0.5, y: 0.5 } } }),
]);
const BROKEN = timeline([shot('bad', 'corrupt.mp4', [0, 1], 0)]);
const SETTINGS = { ...MP4, width: 160, height: 90, ...JSON.parse(process.env.ZZ_SETTINGS ?? '{}') };
const KINDS = (process.env.ZZ_KINDS ?? 'good,good,cancelled,good,failed').split(',');
const { executablePath } = { executablePath: undefined };
test.use({ launchOptions: async ({}, use, info) => use({ ...(info.project.use.launchOptions as any), args: [...BROWSER_FLAGS, '--js-flags=--expose-gc'] }) });
const smaps = (pid: number): Record<string, number> => {
  const by: Record<string, number> = {};
  let name = '';
  for (const l of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const m = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(l);
    if (m) { name = m[4]!; name = /shm|memfd/.test(name) ? 'shm' : name === '' ? 'anon' : /^\[/.test(name) ? name : 'file'; }
    const p = /^Pss:\s+(\d+)/.exec(l);
    if (p) by[name] = (by[name] ?? 0) + Number(p[1]) / 1024;
  }
  return by;
};
test('zz', async ({ bench, browser }) => {
  test.setTimeout(290_000);
  const memory = await Memory.of(bench.context);
  const session = await browser.newBrowserCDPSession();
  const samples: Sample[] = [], after: Sample[] = [];
  const gc = (): void => (globalThis as any).gc();
  for (let i = 0; i < Number(process.env.ZZ_N ?? 50); i++) {
    const name = bench.name();
    const kind = KINDS[i % KINDS.length]!;
    const outcome = await bench.export({
      timeline: kind === 'failed' ? BROKEN : FILM,
      settings: SETTINGS,
      output: { $opfs: name },
      ...(kind === 'cancelled' && { cancel: { frame: 5 } }),
    });
    if (kind !== 'failed' && outcome.error && kind === 'good') console.log(outcome.error);
    if (outcome.completed) await bench.page.evaluate((name) => granDriver.remove(name), name);
    samples.push({ x: i, y: await memory.rendererMib() });
    if (i % 3 === 2) {
      if (process.env.ZZ_GC) { await bench.page.evaluate(gc); for (const w of bench.page.workers()) { await w.evaluate(gc); await w.evaluate(gc); } }
      const y = await memory.rendererMib();
      after.push({ x: i, y });
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      const big = processInfo.filter((p: any) => p.type === 'renderer').map((p: any) => smaps(p.id)).sort((a: any, b: any) => b.anon - a.anon)[0]!;
      const other = processInfo.filter((p: any) => p.type !== 'renderer').map((p: any) => { const s = smaps(p.id); return `${p.type}:${((s.anon ?? 0) + (s.shm ?? 0)).toFixed(0)}`; }).join(' ');
      const heap = await Promise.all([bench.page, ...bench.page.workers()].map((w: any) => w.evaluate(() => ((performance as any).memory?.usedJSHeapSize ?? 0) / 2 ** 20)));
      const wasm = outcome.messages.findLast((m: any) => m.message.type === 'telemetry')?.message as any;
      console.log(`${i} pss ${samples.at(-1)!.y.toFixed(1)} gc ${y.toFixed(1)} | anon ${big.anon!.toFixed(1)} shm ${big.shm!.toFixed(1)} file ${big.file!.toFixed(1)} | ${other} | heap ${heap.map((h: number) => h.toFixed(1)).join(' ')} wasm ${(wasm?.peakHeapBytes / 2 ** 20).toFixed(1)}`);
    }
  }
  console.log(`slope ${slope(samples.slice(10)).toFixed(2)} after gc ${slope(after.slice(3)).toFixed(2)}`);
});
