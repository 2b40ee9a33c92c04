/** docs/bench/: results as JSON, a table of all jobs, a plot as SVG and PNG. Jobs that were not run again keep what they had. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { BROWSER_FLAGS, findBrowser } from '../build/browser.mjs';
import { FPS, JOBS } from './jobs.mjs';
import { PEERS } from './peers.mjs';

const FOLDER = fileURLToPath(new URL('../docs/bench/', import.meta.url));

/** @typedef {import('./jobs.mjs').Job} Job */
/**
 * @typedef {{peer: string, ms: number[], problems: string[], failed?: string, usage?: import('./usage.mjs').Usage[], telemetry?: Record<string, unknown>}} Result
 * @typedef {{date: string, rounds: number, versions: Record<string, string>, results: Result[]}} Measured
 * @typedef {{machine: {cores: number, processor: string, memoryGiB: number}, jobs: Record<string, Measured>}} Book
 */

/** @param {number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** @param {Result[]} results @param {string} peer */
const of = (results, peer) => results.find((result) => result.peer === peer && result.ms.length > 0);

/** How many times as fast as the hand-written loop. @param {Result[]} results @param {string} peer */
export function ratioOf(results, peer) {
  const [it, loop] = [of(results, peer), of(results, 'loop')];
  return it && loop ? median(loop.ms) / median(it.ms) : undefined;
}

/** @param {Job} job @param {Result[]} results @returns {string[]} */
export function missed(job, results) {
  const gran = results.find(({ peer }) => peer === 'gran');
  const ratio = ratioOf(results, 'gran');
  return [
    ...(gran?.failed ? [`${job.id}: the export failed: ${gran.failed}`] : []),
    ...(gran?.problems.length ? [`${job.id}: the film is wrong: ${gran.problems.join(', ')}`] : []),
    ...(results.some(({ peer, failed }) => peer === 'loop' && failed)
      ? [`${job.id}: the hand-written loop failed, so there is no ratio`]
      : []),
    ...(ratio && job.ratio && ratio < job.ratio ? [`${job.id}: ${ratio.toFixed(2)} × the hand-written loop instead of ${job.ratio}`] : []),
  ];
}

/** @param {Job} job @param {Result[]} results @param {number} rounds @param {Record<string, string>} versions */
export async function report(job, results, rounds, versions) {
  await mkdir(FOLDER, { recursive: true });
  /** @type {Book} */
  const book = await readFile(`${FOLDER}results.json`, 'utf8').then(JSON.parse, () => ({ jobs: {} }));
  const [processor] = cpus();
  book.machine = { cores: cpus().length, processor: processor?.model ?? '', memoryGiB: Math.round(totalmem() / 2 ** 30) };
  book.jobs[job.id] = { date: new Date().toISOString().slice(0, 10), rounds, versions, results };
  await writeFile(`${FOLDER}results.json`, `${JSON.stringify(book, null, 2)}\n`);
  await writeFile(`${FOLDER}results.md`, table(book));
  const svg = plot(book);
  await writeFile(`${FOLDER}speed.svg`, svg);
  await picture(svg, `${FOLDER}speed.png`);
}

/** @param {Job} job @param {number} ms */
const fps = (job, ms) => (job.seconds * FPS * 1000) / ms;

/** @param {Book} book */
const measured = (book) => JOBS.flatMap((job) => (book.jobs[job.id] ? [{ job, ...book.jobs[job.id] }] : []));

/** @param {Book} book */
function table(book) {
  const { cores, processor, memoryGiB } = book.machine;
  const lines = [
    '# Measured beside its peers',
    '',
    `Made by \`make bench\`, on ${cores} cores (${processor}), ${memoryGiB} GiB, without a GPU. Frames a second, median and range of the`,
    'rounds; each browser peer runs in a browser of its own, warmed up by two seconds of the same job. CPU is processor time of the whole',
    'browser for each frame.',
    '',
  ];
  for (const { job, date, rounds, versions, results } of measured(book)) {
    lines.push(`## ${job.title}: ${job.seconds} s of ${job.width}×${job.height}`, '');
    lines.push(`${date}, ${rounds} rounds; ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}.`, ''); // prettier-ignore
    lines.push(`| | frames/s | range | × loop | CPU, ms | ${job.measuresMemory ? 'memory, MiB | ' : ''}the film |`);
    lines.push(`|---|---:|---:|---:|---:|${job.measuresMemory ? '---:|' : ''}---|`);
    for (const { peer, ms, usage = [], problems, failed } of results) {
      const ratio = ratioOf(results, peer);
      const cells = failed
        ? ['', '', '', '']
        : [
            fps(job, median(ms)).toFixed(0),
            `${fps(job, Math.max(...ms)).toFixed(0)} to ${fps(job, Math.min(...ms)).toFixed(0)}`,
            ratio?.toFixed(2) ?? '',
            usage[0]?.cpuS ? ((median(usage.map(({ cpuS }) => cpuS)) * 1000) / job.seconds / FPS).toFixed(1) : '',
          ];
      const memory = job.measuresMemory
        ? [usage[0] ? `${(median(usage.map(({ most, before }) => most - before)) / 2 ** 20).toFixed(0)} more` : '']
        : [];
      lines.push(`| ${[PEERS[peer], ...cells, ...memory, failed ? `failed: ${failed}` : problems.join(', ') || 'right'].join(' | ')} |`);
    }
    const failures = missed(job, results);
    lines.push('', ...(failures.length ? failures.map((failure) => `**Missed**: ${failure}.`) : [`Reached: at least ${job.ratio} × the hand-written loop.`]), ''); // prettier-ignore
  }
  return lines.join('\n');
}

const COLOURS = ['#1f6feb', '#8250df', '#bf8700', '#cf222e', '#57606a', '#8c959f'];

/** Bars for each job, all peers; the whisker is the range of the rounds. @param {Book} book */
function plot(book) {
  const [left, wide, bar, gap] = [250, 520, 15, 46];
  const jobs = measured(book);
  /** @type {string[]} */
  const parts = [];
  let y = 56;
  for (const { job, results } of jobs) {
    parts.push(text(20, y, `${job.title}, ${job.seconds} s of ${job.height}p`, 'font-weight="600"'));
    y += 12;
    const most = Math.max(...results.flatMap(({ ms }) => ms.map((each) => fps(job, each))));
    for (const { peer, ms, problems, failed } of results) {
      const number = Object.keys(PEERS).indexOf(peer);
      const x = (/** @type {number} */ each) => left + (fps(job, each) / most) * wide;
      parts.push(text(left - 8, y + 11, PEERS[peer] ?? peer, 'text-anchor="end"'));
      if (failed || !ms.length) {
        parts.push(text(left, y + 11, 'failed'));
      } else {
        const value = median(ms);
        parts.push(
          `<rect x="${left}" y="${y + 1}" width="${(x(value) - left).toFixed(1)}" height="${bar - 3}" fill="${COLOURS[number]}"/>`,
        );
        parts.push(
          `<path d="M${x(Math.max(...ms)).toFixed(1)} ${y + 7}H${x(Math.min(...ms)).toFixed(1)}" stroke="#24292f" stroke-width="1.5"/>`,
        );
        const ratio = ratioOf(results, peer);
        const told = `${fps(job, value).toFixed(0)} frames/s${ratio && peer !== 'loop' ? `, ${ratio.toFixed(2)} ×` : ''}`;
        parts.push(text(left + wide + 8, y + 11, `${told}${problems.length ? ` (${problems[0]})` : ''}`));
      }
      y += bar;
    }
    y += gap - 12;
  }
  const width = left + wide + 270;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" font-family="sans-serif" font-size="11" fill="#24292f">`;
  const title = text(
    20,
    26,
    'Frames a second, and times the hand-written JavaScript loop; higher is better',
    'font-size="14" font-weight="600"',
  );
  return `${head}<rect width="100%" height="100%" fill="#ffffff"/>${title}${parts.join('')}</svg>\n`;
}

/** @param {number} x @param {number} y @param {string} words @param {string} [more] */
const text = (x, y, words, more = '') => `<text x="${x}" y="${y}" ${more}>${words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;

/** @param {string} svg @param {string} path */
async function picture(svg, path) {
  const executablePath = findBrowser();
  if (!executablePath) return;
  const browser = await chromium.launch({ executablePath, args: BROWSER_FLAGS });
  const page = await browser.newPage({ deviceScaleFactor: 2 });
  await page.setContent(`<body style="margin:0">${svg}`);
  await page.locator('svg').screenshot({ path });
  await browser.close();
}
