/** How each peer makes a job's film, as a file and the time that it took. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { chromium } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser } from '../build/browser.mjs';
import { captionStyle, FPS, insetRect, startOf } from './jobs.mjs';
import { watch } from './usage.mjs';

/** @typedef {import('./jobs.mjs').Job} Job */
/** @typedef {{ms: number, usage?: import('./usage.mjs').Usage, telemetry?: Record<string, unknown>}} Run */

const WARM_UP_S = 2;
/** A peer that hangs is given up after so long, and the others go on. */
const LIMIT_MS = 5 * 60_000;

/** @type {Record<string, string>} */
export const PEERS = {
  gran: 'Gran',
  loop: 'hand-written loop',
  conversion: 'mediabunny Conversion',
  webav: 'WebAV',
  x264: 'ffmpeg, libx264 veryfast',
  openh264: 'ffmpeg, libopenh264',
};

/** What a peer cannot make. @param {string} peer @param {Job} job */
export const cannot = (peer, job) => peer === 'conversion' && job.cuts.length > 1;

const NATIVE = new Map([
  ['x264', ['-c:v', 'libx264', '-preset', 'veryfast']],
  ['openh264', ['-c:v', 'libopenh264']],
]);

/** @param {string} peer @param {Job} job @param {Record<string, string>} paths of its sources @param {string} out @param {string} url @returns {Promise<Run>} */
export function measure(peer, job, paths, out, url) {
  const codec = NATIVE.get(peer);
  return codec ? native(job, paths, out, codec) : measured(peer, job, paths, out, url);
}

/** In a browser of its own, so that no peer leaves anything behind for the next. @type {typeof measure} */
async function measured(peer, job, paths, out, url) {
  return inBrowser(peer, paths, url, async (page, run) => {
    await run(warmUp(job));
    const settle = await watch(process.pid, job.measuresMemory ?? false);
    const result = await run(job);
    const usage = await settle();
    const download = page.waitForEvent('download');
    await page.evaluate(() => bench.save());
    await (await download).saveAs(out);
    return { ...result, usage };
  });
}

/**
 * @template T
 * @param {string} peer
 * @param {Record<string, string>} paths of the sources
 * @param {string} url
 * @param {(page: import('@playwright/test').Page, run: (job: Job) => Promise<Run>) => Promise<T>} use
 */
export async function inBrowser(peer, paths, url, use) {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error('No Chromium was found.');
  // A profile on the disk: the private file system of an incognito window would hold the film in memory.
  const profile = await mkdtemp(join(tmpdir(), 'gran-bench-'));
  const port = '--remote-debugging-port=0';
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: [...BROWSER_FLAGS, port] });
  const limit = setTimeout(() => void context.close({ reason: `made no film in ${LIMIT_MS / 60_000} minutes` }), LIMIT_MS);
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.locator('#files').setInputFiles(Object.values(paths));
    await page.evaluate((peer) => bench.boot(peer), peer);
    const names = Object.keys(paths);
    const run = (/** @type {Job} */ job) =>
      page.evaluate(([peer, job, names]) => bench.run(peer, job, names), /** @type {const} */ ([peer, job, names]));
    return await use(page, run);
  } finally {
    clearTimeout(limit);
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** The same job, shorter: compilers have seen the code, encoders are proven. @param {Job} job @returns {Job} */
export function warmUp(job) {
  const cuts = job.cuts.map((cut) => ({ ...cut, seconds: WARM_UP_S }));
  return { ...job, cuts, seconds: cuts.length * WARM_UP_S, ...(job.dissolveS && { dissolveS: WARM_UP_S / 2 }) };
}

/** @param {Job} job @param {Record<string, string>} paths @param {string} out @param {string[]} codec @returns {Promise<Run>} */
async function native(job, paths, out, codec) {
  const args = ['-hide_banner', '-v', 'error', '-y', ...Object.values(paths).flatMap((path) => ['-i', path])];
  const settings = [
    ...codec,
    '-b:v',
    `${job.bitrate}`,
    '-g',
    `${2 * FPS}`,
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
    '-b:a',
    '128k',
    '-r',
    `${FPS}`,
  ];
  const graph = ['-filter_complex', filters(job, Object.keys(paths)), '-map', '[v]', '-map', '[a]'];
  const began = performance.now();
  const child = spawn('ffmpeg', [...args, ...graph, ...settings, out], { stdio: ['ignore', 'ignore', 'inherit'] });
  const settle = job.measuresMemory && child.pid ? await watch(child.pid, true) : undefined;
  const [code] = await once(child, 'close');
  const ms = performance.now() - began;
  if (code !== 0) throw new Error('ffmpeg failed');
  const usage = await settle?.();
  return { ms, ...(usage && { usage }) };
}

/** @param {Job} job @param {string[]} names */
function filters(job, names) {
  /** @type {string[]} */
  const graph = [];
  const dissolve = job.dissolveS ?? 0;
  for (const [at, { source, fromS, seconds }] of job.cuts.entries()) {
    const input = names.indexOf(source);
    const lasts = seconds + (at + 1 < job.cuts.length ? dissolve : 0);
    // Counted in frames: cut by time the last one may be a second long, or come twice.
    const [first, end] = [Math.round(fromS * FPS), Math.round((fromS + lasts) * FPS)];
    graph.push(`[${input}:v]fps=${FPS},trim=start_frame=${first}:end_frame=${end},setpts=PTS-STARTPTS[v${at}]`);
    if (!dissolve || at === 0)
      graph.push(`[${input}:a]atrim=${fromS}:${fromS + (dissolve ? job.seconds : seconds)},asetpts=PTS-STARTPTS[a${at}]`);
  }
  const pads = job.cuts.map((_, at) => (dissolve ? '' : `[v${at}][a${at}]`)).join('');
  const [joined, heard] = job.inset ? ['base', 'a'] : ['v', 'a'];
  if (dissolve) graph.push(`[v0][v1]xfade=transition=fade:duration=${dissolve}:offset=${startOf(job, 1)}[v]`, '[a0]acopy[a]');
  else graph.push(`${pads}concat=n=${job.cuts.length}:v=1:a=1[${joined}][${heard}]`);
  if (job.inset) {
    const { x, y, width, height } = insetRect(job);
    const { fontSize, middle } = captionStyle(job);
    graph.push(
      `[${names.indexOf(job.inset.source)}:v]fps=${FPS},trim=end_frame=${job.seconds * FPS},scale=${width}:${height},format=yuva420p,colorchannelmixer=aa=${job.inset.opacity}[inset]`,
      `[base][inset]overlay=${x}:${y}[both]`,
      `[both]drawtext=text='${job.caption}':fontsize=${fontSize}:fontcolor=white:x=(w-tw)/2:y=h*${middle}-th/2[v]`,
    );
  }
  return graph.join(';');
}
