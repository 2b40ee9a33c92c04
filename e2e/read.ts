/** Reads exported files back with ffmpeg: the judge shares no code with what it judges. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readNumber, type FrameNumber, type Rect } from './fixtures/barcode.ts';
import type { Rgb } from './fixtures/picture.ts';

const run = promisify(execFile);

export interface Stream {
  readonly codec_type: 'video' | 'audio';
  readonly codec_name: string;
  readonly profile?: string;
  readonly width?: number;
  readonly height?: number;
  readonly pix_fmt?: string;
  readonly time_base: string;
  readonly start_pts?: number;
  readonly duration_ts?: number;
  readonly nb_read_frames?: string;
  readonly r_frame_rate: string;
  readonly avg_frame_rate: string;
  readonly sample_rate?: string;
  readonly channels?: number;
  readonly color_range?: string;
  readonly color_space?: string;
  readonly color_transfer?: string;
  readonly color_primaries?: string;
  readonly side_data_list?: readonly { rotation?: number }[];
}

export interface Probe {
  readonly video: readonly Stream[];
  readonly audio: readonly Stream[];
  /** What the container says of the whole file, in seconds as written. */
  readonly duration: string;
  readonly format: string;
}

async function ffprobe(path: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', ...args, path], { maxBuffer: 1 << 28 });
  return JSON.parse(stdout);
}

interface Examined {
  readonly streams: readonly (Stream & { readonly index: number })[];
  readonly format: { readonly duration: string; readonly format_name: string };
  readonly frames: readonly { readonly stream_index: number; readonly pts: number }[];
}

const examined = new Map<string, Promise<Examined>>();

/** All that ffprobe tells of a file: one run decodes it, and answers every question about it for as long as it stays the same. */
async function examine(path: string): Promise<Examined> {
  const { size, mtimeMs } = await stat(path);
  const key = `${path} ${size} ${mtimeMs}`;
  let found = examined.get(key);
  if (!found) {
    const shown = ['-count_frames', '-show_streams', '-show_format', '-show_entries', 'frame=stream_index,pts'];
    examined.set(key, (found = ffprobe(path, ...shown) as Promise<Examined>));
  }
  return found;
}

export async function probe(path: string): Promise<Probe> {
  const { streams, format } = await examine(path);
  return {
    video: streams.filter((stream) => stream.codec_type === 'video'),
    audio: streams.filter((stream) => stream.codec_type === 'audio'),
    duration: format.duration,
    format: format.format_name,
  };
}

export interface Fraction {
  readonly num: bigint;
  readonly den: bigint;
}

export function fraction(text: string): Fraction {
  const [num, den = '1'] = text.split('/');
  return { num: BigInt(num ?? 0), den: BigInt(den) };
}

export interface Pictures {
  readonly pts: readonly bigint[];
  readonly timeBase: Fraction;
}

/** Presentation times of every picture, in the file's own ticks and in the order of showing. */
export async function pictureTimes(path: string): Promise<Pictures> {
  const { streams, frames } = await examine(path);
  const stream = streams.find(({ codec_type }) => codec_type === 'video');
  if (!stream) throw new Error(`${path} has no video`);
  const pts = frames.filter(({ stream_index }) => stream_index === stream.index).map(({ pts }) => BigInt(pts));
  return { pts, timeBase: fraction(stream.time_base) };
}

/** Where each packet of a file lies, in seconds and bytes, in file order. */
export async function packets(path: string): Promise<readonly { type: string; seconds: number; at: number; key: boolean }[]> {
  const found = (await ffprobe(path, '-show_entries', 'packet=codec_type,pts_time,pos,flags')) as {
    packets: { codec_type: string; pts_time: string; pos: string; flags: string }[];
  };
  return found.packets.map((packet) => ({
    type: packet.codec_type,
    seconds: Number(packet.pts_time),
    at: Number(packet.pos),
    key: packet.flags.startsWith('K'),
  }));
}

/** What ffmpeg has to say against a file: nothing, when it is whole. */
export async function complaints(path: string): Promise<string> {
  try {
    const { stderr } = await run('ffmpeg', [
      '-hide_banner',
      '-v',
      'error',
      '-xerror',
      '-i',
      path,
      '-map',
      '0',
      '-c:s',
      'copy',
      '-f',
      'null',
      '-',
    ]);
    return stderr.trim();
  } catch (error) {
    return String(error);
  }
}

function bytesOf(args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-hide_banner', '-v', 'error', ...args, 'pipe:1'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const pieces: Buffer[] = [];
    let complaint = '';
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(pieces)) : reject(new Error(complaint || `ffmpeg ended with ${code}`)),
    );
  });
}

/** All pictures of a file as the decoder gives them, in the file's own range and matrix. */
export interface Film {
  readonly width: number;
  readonly height: number;
  readonly fullRange: boolean;
  readonly matrix: 'bt709' | 'bt601';
  /** One planar 4:2:0 picture each. */
  readonly frames: readonly Uint8Array[];
}

export async function readFilm(path: string): Promise<Film> {
  const [stream] = (await probe(path)).video;
  if (!stream?.width || !stream.height) throw new Error(`${path} has no video`);
  const turned = stream.side_data_list?.some(({ rotation }) => Math.abs(rotation ?? 0) === 90) ?? false;
  const [width, height] = turned ? [stream.height, stream.width] : [stream.width, stream.height];
  const layout = stream.pix_fmt;
  if (layout !== 'yuv420p' && layout !== 'yuvj420p') throw new Error(`${path} holds ${layout}, which this reader does not know`);
  // Asked for by its own name the picture is not converted, so the file's tags still describe it.
  const raw = await bytesOf(['-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', layout]);
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  const size = width * height + 2 * chroma;
  if (raw.length % size !== 0) throw new Error(`${path}: ${raw.length} bytes are no whole number of ${width}x${height} pictures`);
  const frames = Array.from({ length: raw.length / size }, (_, i) => new Uint8Array(raw.buffer, raw.byteOffset + i * size, size));
  const matrix = stream.color_space === 'bt709' ? 'bt709' : 'bt601';
  return { width, height, fullRange: layout === 'yuvj420p' || stream.color_range === 'pc', matrix, frames };
}

export function frameOf(film: Film, index: number): Uint8Array {
  const frame = film.frames[index];
  if (!frame) throw new RangeError(`frame ${index} of ${film.frames.length}`);
  return frame;
}

/** The whole picture, as a rectangle. */
export function whole(film: Film): Rect {
  return { x: 0, y: 0, width: film.width, height: film.height };
}

export function numberIn(film: Film, index: number, rect: Rect = whole(film)): FrameNumber | null {
  return readNumber(frameOf(film, index), film.width, rect);
}

/** Mean colour of the inside of a flat patch, by the file's own range and matrix. Its edges are the codec's, not ours. */
export function colourIn(film: Film, index: number, rect: Rect): Rgb {
  const frame = frameOf(film, index);
  const chromaWidth = Math.ceil(film.width / 2);
  const chromaSize = chromaWidth * Math.ceil(film.height / 2);
  const mean = (from: number, stride: number, scale: number): number => {
    const [x0, x1] = [Math.ceil((rect.x + rect.width * 0.3) / scale), Math.floor((rect.x + rect.width * 0.7) / scale)];
    const [y0, y1] = [Math.ceil((rect.y + rect.height * 0.3) / scale), Math.floor((rect.y + rect.height * 0.7) / scale)];
    let sum = 0;
    let count = 0;
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++, count++) sum += frame[from + y * stride + x] ?? NaN;
    return sum / count;
  };
  const luma = mean(0, film.width, 1);
  const blue = mean(film.width * film.height, chromaWidth, 2) - 128;
  const red = mean(film.width * film.height + chromaSize, chromaWidth, 2) - 128;
  const [kr, kb] = film.matrix === 'bt709' ? [0.2126, 0.0722] : [0.299, 0.114];
  const y = film.fullRange ? luma : ((luma - 16) * 255) / 219;
  const gain = film.fullRange ? 1 : 255 / 224;
  const [cb, cr] = [blue * gain, red * gain];
  const r = y + 2 * (1 - kr) * cr;
  const b = y + 2 * (1 - kb) * cb;
  const g = (y - kr * r - kb * b) / (1 - kr - kb);
  return [r, g, b];
}

/** Largest difference of one channel. */
export function distance(one: Rgb, other: Rgb): number {
  return Math.max(...one.map((level, channel) => Math.abs(level - (other[channel] ?? NaN))));
}

/** One hash over every decoded picture, and one over every decoded sample. */
export async function fingerprint(path: string): Promise<{ pictures: string; samples: string }> {
  const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const { video, audio } = await probe(path);
  return {
    pictures: video.length ? sha(await bytesOf(['-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'rawvideo'])) : '',
    samples: audio.length ? sha(await bytesOf(['-i', path, '-map', '0:a:0', '-f', 'f32le'])) : '',
  };
}

export interface Sound {
  readonly rateHz: number;
  readonly channels: readonly Float32Array[];
}

/**
 * The sound from time 0 of the file on, whatever the first packet's own time is. Of Matroska ffmpeg takes the delay in front for a part of the
 * film, and would move all of it so that it begins there; of others it does not.
 */
export async function readSound(path: string): Promise<Sound> {
  const { audio, format } = await probe(path);
  const [stream] = audio;
  if (!stream?.channels || !stream.sample_rate) throw new Error(`${path} has no sound`);
  const { channels: count } = stream;
  const raw = await bytesOf([
    ...(format.startsWith('matroska') ? ['-copyts'] : []),
    '-i',
    path,
    '-map',
    '0:a:0',
    '-af',
    'aresample=async=1:first_pts=0',
    '-f',
    'f32le',
  ]);
  const mixed = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
  const channels = Array.from({ length: count }, (_, c) =>
    Float32Array.from({ length: mixed.length / count }, (_, n) => mixed[n * count + c] ?? 0),
  );
  return { rateHz: Number(stream.sample_rate), channels };
}

/**
 * Samples at which clicks start. `spanUs` is how long one lasts: 1000 as recorded, 500 at double speed. The energy of a span is compared with
 * the loudest, so that neither the tone below nor a codec's pre-echo counts.
 */
export function clicksIn(samples: Float32Array, rateHz: number, spanUs = 1000): number[] {
  const span = Math.max(1, Math.round((rateHz * spanUs) / 1e6));
  const energy = new Float64Array(samples.length);
  let sum = 0;
  for (let n = 0; n < samples.length; n++) {
    sum += (samples[n] ?? 0) ** 2 - (samples[n - span] ?? 0) ** 2;
    energy[n] = sum / span;
  }
  const found: number[] = [];
  // A click's own mean square is 0.32 and the tone's 0.002; a codec may spread one to a third.
  const threshold = 0.06;
  for (let n = 0; n < energy.length; n++) {
    if ((energy[n] ?? 0) < threshold) continue;
    let best = n;
    const until = Math.min(energy.length, n + 4 * span);
    for (let k = n; k < until; k++) if ((energy[k] ?? 0) > (energy[best] ?? 0)) best = k;
    found.push(best - span + 1);
    n = until + 4 * span;
  }
  return found;
}

/** Amplitude of one tone in `[from, from + count)`, by Goertzel's sum. */
export function toneIn(samples: Float32Array, rateHz: number, toneHz: number, from: number, count: number): number {
  let [real, imaginary] = [0, 0];
  for (let n = 0; n < count; n++) {
    const angle = (2 * Math.PI * toneHz * n) / rateHz;
    real += (samples[from + n] ?? 0) * Math.cos(angle);
    imaginary += (samples[from + n] ?? 0) * Math.sin(angle);
  }
  return (2 * Math.hypot(real, imaginary)) / count;
}

export async function sha256Of(path: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** A hash of every packet of one kind, in the order of the file. */
export async function packetHashes(path: string, kind: 'a' | 'v'): Promise<readonly string[]> {
  const found = (await ffprobe(path, '-select_streams', `${kind}:0`, '-show_data_hash', 'md5', '-show_entries', 'packet=data_hash')) as {
    packets: { data_hash: string }[];
  };
  return found.packets.map(({ data_hash }) => data_hash);
}
