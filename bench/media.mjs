/**
 * What is measured on: noise over motion with sound, since a test card costs codecs nothing. Every frame carries its number as a row of black and
 * white cells, as the tests' frames do. Made once, kept outside git, named by a hash of what made it.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CELLS, encodeNumber, MAX_FRAMES } from './barcode.mjs';

const SELF = fileURLToPath(import.meta.url);
const CACHE = join(dirname(SELF), '../node_modules/.cache/gran-bench');
export const FPS = 30;

/**
 * @typedef {{name: string, id: number, width: number, height: number, seconds: number, kbps: number}} Source `id` is in the barcode
 */

/** @param {Source} source @returns {Promise<string>} path of its file */
export async function media(source) {
  const hash = createHash('sha256').update(JSON.stringify(source));
  hash.update(await readFile(SELF));
  const path = join(CACHE, `${hash.digest('hex').slice(0, 16)}-${source.name}`);
  if (await stat(path).catch(() => undefined)) return path;
  await mkdir(CACHE, { recursive: true });
  console.log(`Making ${source.name}: ${source.seconds} s of ${source.width}×${source.height}`);
  const draft = path.replace(/-([^-]*)$/, '-making-$1');
  await make(source, draft);
  await rename(draft, path);
  return path;
}

/** @param {Source} source @param {string} draft */
async function make({ id, width, height, seconds, kbps }, draft) {
  const frames = seconds * FPS;
  const bar = Math.round((height * 16) / 180);
  // A still cloud of colours that wanders, under grain that is new in each frame.
  const cloud = `gradients=r=${FPS}:s=${width * 2}x${height * 2}:n=8:type=spiral:seed=${id}:speed=0.00001:d=0.04,loop=-1:1:0`;
  const moving = `scroll=h=0.0021:v=0.0013,crop=${width}:${height}:0:0,noise=all_seed=${id}:alls=14:allf=t`;
  const graph = [
    `${cloud},settb=1/${FPS},setpts=N,${moving},format=yuv420p[film]`,
    `[0:v]settb=1/${FPS},setpts=N,scale=${width}:${bar}:flags=neighbor,format=yuv420p[row]`,
    '[film][row]overlay=0:0:shortest=1,setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709[v]',
    `anoisesrc=d=${seconds}:c=pink:r=48000:a=0.25:seed=${id},aformat=channel_layouts=stereo[a]`,
  ];
  const child = spawn(
    'ffmpeg',
    [
      ...['-hide_banner', '-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${CELLS}x1`, '-r', `${FPS}`, '-i', 'pipe:0'],
      ...['-filter_complex', graph.join(';'), '-map', '[v]', '-map', '[a]', '-frames:v', `${frames}`],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', `${kbps}k`, '-g', `${FPS * 2}`, '-pix_fmt', 'yuv420p'],
      ...['-c:a', 'aac', '-b:a', '160k', '-movflags', '+faststart', draft],
    ],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  child.stdin.on('error', () => undefined); // ffmpeg says itself why it stopped reading
  const rows = Array.from({ length: frames }, (_, index) =>
    encodeNumber({ source: id, index: index % MAX_FRAMES }).map((bit) => bit * 255),
  );
  child.stdin.end(Buffer.from(rows.flat()));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`ffmpeg could not make ${draft}`);
}
