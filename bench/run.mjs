/**
 * Measures this exporter beside its peers: node bench/run.mjs [--jobs transcode,composite] [--peers gran,loop] [--rounds 3] [--quick] [--keep]
 *
 * For each job every peer has its turn, then all again, `rounds` times: whatever else the machine does meets all alike. Every peer's film is checked.
 * Results go into docs/bench/ as soon as a job is done: what was broken off goes on with `--jobs`. Fails at the end where a ratio is missed or a film
 * of ours is wrong. `--quick` is one round with nothing kept.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findBrowser } from '../build/browser.mjs';
import { check } from './check.mjs';
import { FPS, JOBS, SOURCES, sourcesOf } from './jobs.mjs';
import { media } from './media.mjs';
import { cannot, measure, PEERS } from './peers.mjs';
import { missed, ratioOf, report } from './report.mjs';
import { site } from './site.mjs';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string' },
    peers: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    quick: { type: 'boolean' },
    keep: { type: 'string' },
  },
});
const rounds = values.quick ? 1 : Number(values.rounds);
const jobs = JOBS.filter(({ id }) => !values.jobs || values.jobs.split(',').includes(id));
const encoders = execFileSync('ffmpeg', ['-hide_banner', '-encoders'], { encoding: 'utf8' });
const peers = Object.keys(PEERS).filter((peer) =>
  values.peers ? values.peers.split(',').includes(peer) : peer !== 'openh264' || encoders.includes('libopenh264'),
);

/** The two whose ratio is asserted. The others make a long film once only: its length evens out what else the machine does. */
const COMPARED = ['gran', 'loop'];
const LONG_S = 60;
/** @param {import('./jobs.mjs').Job} job */
const isLong = ({ seconds }) => seconds >= LONG_S;

/** @typedef {import('./report.mjs').Result} Result */

/** @param {import('./jobs.mjs').Job} job @param {string} url @param {string} folder @returns {Promise<Result[]>} */
async function compare(job, url, folder) {
  const paths = Object.fromEntries(
    await Promise.all(sourcesOf(job).map(async (name) => [name, await media(/** @type {any} */ (SOURCES[name]))])),
  );
  /** @type {Map<string, Result>} */
  const results = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) {
      if (cannot(peer, job) || (round > 0 && isLong(job) && !COMPARED.includes(peer))) continue;
      const film = join(folder, `${job.id}-${peer}.mp4`);
      const result = results.get(peer) ?? { peer, ms: [], problems: [] };
      results.set(peer, result);
      if (result.failed) continue;
      try {
        const { ms, usage, telemetry } = await measure(peer, job, paths, film, url);
        result.ms.push(ms);
        if (usage) (result.usage ??= []).push(usage);
        if (telemetry) result.telemetry = telemetry;
        if (round === 0) result.problems = await check(job, paths, film);
        console.log(
          `${job.id.padEnd(15)} ${peer.padEnd(11)} ${((job.seconds * FPS * 1000) / ms).toFixed(0).padStart(4)} fps  cpu ${((1000 * (usage?.cpuS ?? 0)) / job.seconds / FPS).toFixed(1)} ms  ${result.problems.join(', ')}`,
        );
      } catch (error) {
        result.failed = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
        console.log(`${job.id.padEnd(15)} ${peer.padEnd(11)} failed: ${result.failed}`);
      }
    }
  }
  return [...results.values()].filter(({ ms, failed }) => ms.length > 0 || failed);
}

/** @returns {Record<string, string>} */
function versions() {
  const installed = (/** @type {string} */ path) =>
    JSON.parse(readFileSync(new URL(`${path}/package.json`, import.meta.url), 'utf8')).version;
  const chromium = execFileSync(findBrowser() ?? '', ['--version'], { encoding: 'utf8' });
  const ffmpeg = execFileSync('ffmpeg', ['-version'], { encoding: 'utf8' });
  return {
    Chromium: /[\d.]+/.exec(chromium)?.[0] ?? '',
    mediabunny: installed('../node_modules/mediabunny'),
    WebAV: installed('node_modules/@webav/av-cliper'),
    ffmpeg: /version (\S+)/.exec(ffmpeg)?.[1] ?? '',
  };
}

const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'gran-bench-')));
const { url, close } = await site();
try {
  const failures = [];
  for (const job of jobs) {
    const results = await compare(job, url, folder);
    if (!values.quick) await report(job, results, rounds, versions());
    const ratio = ratioOf(results, 'gran');
    if (ratio) console.log(`${job.id}: ${ratio.toFixed(2)} × the hand-written loop (wanted: ${job.ratio})`);
    failures.push(...missed(job, results));
  }
  for (const failure of failures) console.error(`MISSED  ${failure}`);
  if (failures.length) process.exitCode = 1;
} finally {
  close();
  if (!values.keep) await rm(folder, { recursive: true, force: true });
}
