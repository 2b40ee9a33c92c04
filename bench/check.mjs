/** Whether a film is the one that was asked for: how many frames, which, and when its sound sounds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { BARCODE_HEIGHT, CELLS, encodeNumber, MAX_FRAMES, readNumber } from './barcode.mjs';
import { FPS, insetRect, SOURCES, startOf } from './jobs.mjs';

/** @typedef {import('./jobs.mjs').Job} Job */

const LUMA = { width: 640, height: 360 };
const HZ = 48_000;
const HEARD = Math.round(HZ * 0.2);
const SEARCHED = Math.round(HZ * 0.1);
/** Sound that is off by more than this is wrong. */
const LATE_MS = 1;
/** Of 255, for the mean of a cell of two frames that mix: encoders leave a change of four levels a frame undone for some frames. */
const MIX_OFF = 32;

/** @param {Job} job @param {Record<string, string>} paths of the sources @param {string} film @returns {Promise<string[]>} what is wrong */
export async function check(job, paths, film) {
  return [...(await checkFrames(job, film)), ...(await checkSound(job, paths, film))];
}

/** @param {Job} job @param {string} film */
async function checkFrames(job, film) {
  const wanted = job.seconds * FPS;
  const whole = { x: 0, y: 0, ...LUMA };
  const inset = job.inset && scaled(insetRect(job), LUMA.width / job.width);
  let [index, wrong, wrongInset, wrongMix] = [0, 0, 0, 0];
  for await (const luma of lumas(film)) {
    if (index < wanted) {
      const shown = expected(job, index);
      if (shown.length === 1) wrong += same(readNumber(luma, LUMA.width, whole), shown[0]) ? 0 : 1;
      else wrongMix += mixes(luma, shown) ? 0 : 1;
      if (inset && job.inset) wrongInset += same(readNumber(luma, LUMA.width, inset), frameOf(job.inset.source, index)) ? 0 : 1;
    }
    index++;
  }
  return [
    ...(index === wanted ? [] : [`${index} frames instead of ${wanted}`]),
    ...(wrong ? [`${wrong} wrong frames`] : []),
    ...(wrongMix ? [`${wrongMix} frames mixed wrongly`] : []),
    ...(wrongInset ? [`${wrongInset} wrong frames in the inset`] : []),
  ];
}

/** @typedef {{source: number, index: number, weight: number}} Shown */

/** @param {string} name @param {number} index @param {number} [weight] @returns {Shown} */
const frameOf = (name, index, weight = 1) => ({ source: SOURCES[name]?.id ?? 0, index: index % MAX_FRAMES, weight });

/** What the film shows at a frame. @param {Job} job @param {number} index @returns {Shown[]} */
function expected(job, index) {
  const shown = [];
  for (const [at, { source, fromS, seconds }] of job.cuts.entries()) {
    const start = Math.round(startOf(job, at) * FPS);
    const last = at + 1 === job.cuts.length;
    const mixing = (job.dissolveS ?? 0) * FPS;
    if (index < start || index >= start + seconds * FPS + (last ? 0 : mixing)) continue;
    const coming = at > 0 && mixing ? Math.min(1, (index - start) / mixing) : 1;
    const leaving = last || !mixing ? 1 : Math.min(1, 1 - (index - start - seconds * FPS) / mixing);
    shown.push(frameOf(source, Math.round(fromS * FPS) + index - start, Math.min(coming, leaving)));
  }
  return shown;
}

/** @param {{source: number, index: number} | null} read @param {Shown | undefined} wanted */
const same = (read, wanted) => read !== null && read.source === wanted?.source && read.index === wanted.index;

/** @param {Uint8Array} luma @param {Shown[]} shown */
function mixes(luma, shown) {
  const rows = shown.map(({ source, index }) => encodeNumber({ source, index }));
  const [cell, row] = [LUMA.width / CELLS, LUMA.height * BARCODE_HEIGHT];
  for (let at = 0; at < CELLS; at++) {
    const wanted = shown.reduce((sum, { weight }, layer) => sum + weight * 255 * (rows[layer]?.[at] ?? 0), 0);
    let [sum, count] = [0, 0];
    for (let y = Math.round(row * 0.3); y < row * 0.7; y++) {
      for (let x = Math.round(cell * (at + 0.3)); x < cell * (at + 0.7); x++, count++) sum += luma[y * LUMA.width + x] ?? 0;
    }
    if (Math.abs(sum / count - wanted) > MIX_OFF) return false;
  }
  return true;
}

/** @param {string} film @returns {AsyncGenerator<Uint8Array>} luma of each frame, full range */
async function* lumas(film) {
  const size = LUMA.width * LUMA.height;
  const filter = `scale=${LUMA.width}:${LUMA.height}:flags=area:out_range=pc,format=gray`;
  let held = Buffer.alloc(0);
  for await (const piece of output(['-i', film, '-map', '0:v:0', '-fps_mode', 'passthrough', '-vf', filter, '-f', 'rawvideo', '-'])) {
    held = held.length ? Buffer.concat([held, piece]) : piece;
    let at = 0;
    for (; at + size <= held.length; at += size) yield held.subarray(at, at + size);
    held = held.subarray(at);
  }
}

/** @param {string[]} args @returns {AsyncGenerator<Buffer>} */
async function* output(args) {
  const child = spawn('ffmpeg', ['-hide_banner', '-v', 'error', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  yield* child.stdout;
  await closed;
}

/** @param {Job} job @param {Record<string, string>} paths @param {string} film */
async function checkSound(job, paths, film) {
  const [first] = job.cuts;
  const cuts = job.dissolveS && first ? [{ ...first, seconds: job.seconds }] : job.cuts;
  let worst = 0;
  let startS = 0;
  for (const { source, fromS, seconds } of cuts) {
    // Where the range begins, and near its end.
    for (const atS of [0.3, seconds - 0.6]) {
      const [heard, original] = [await sound(film, startS + atS - 0.1, 0.4), await sound(paths[source] ?? '', fromS + atS, 0.2)];
      if (heard.length < HEARD + 2 * SEARCHED) return ['no sound'];
      const lateMs = ((bestShift(heard, original) - SEARCHED) / HZ) * 1000;
      if (Math.abs(lateMs) > Math.abs(worst)) worst = lateMs;
    }
    startS += seconds;
  }
  return Math.abs(worst) > LATE_MS ? [`sound ${Math.abs(worst).toFixed(0)} ms ${worst > 0 ? 'late' : 'early'}`] : [];
}

/** @param {string} film @param {number} fromS @param {number} seconds @returns {Promise<Float32Array>} of the first channel */
async function sound(film, fromS, seconds) {
  const pieces = [];
  const cut = `aresample=${HZ}:async=1:first_pts=0,atrim=${fromS}:${fromS + seconds}`;
  for await (const piece of output([
    '-t',
    `${fromS + seconds + 1}`,
    '-i',
    film,
    '-map',
    '0:a:0?',
    '-af',
    cut,
    '-ac',
    '1',
    '-f',
    'f32le',
    '-',
  ]))
    pieces.push(piece);
  const bytes = new Uint8Array(Buffer.concat(pieces));
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
}

/** The shift at which `part` is most like what is heard. @param {Float32Array} heard @param {Float32Array} part */
function bestShift(heard, part) {
  let [best, at] = [-Infinity, 0];
  for (let shift = 0; shift + HEARD <= heard.length && shift <= 2 * SEARCHED; shift++) {
    let sum = 0;
    for (let i = 0; i < HEARD; i++) sum += (heard[shift + i] ?? 0) * (part[i] ?? 0);
    if (sum > best) [best, at] = [sum, shift];
  }
  return at;
}

/** @param {{x: number, y: number, width: number, height: number}} rect @param {number} by */
const scaled = (rect, by) => ({ x: rect.x * by, y: rect.y * by, width: rect.width * by, height: rect.height * by });
