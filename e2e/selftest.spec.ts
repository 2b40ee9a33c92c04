/** Whoever judges is judged first: the readers read back what the generator wrote, and the model agrees with ffmpeg. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { decodeNumber, encodeNumber, MAX_FRAMES, readNumber } from './fixtures/barcode.ts';
import { film, media, type MediaName } from './fixtures/media.ts';
import { paint, patchNamed, PATCHES, patchRect } from './fixtures/picture.ts';
import { clicksOf } from './fixtures/sound.ts';
import { firstFrameAt, frameStartUs, length, pictureShown, type Clip, type Rate } from './model.ts';
import { problemsIn, type Entry, type Message } from './judge.ts';
import * as read from './read.ts';

const run = promisify(execFile);
const FILMS: readonly MediaName[] = ['long-gop.mp4', 'ms-pts.webm', 'vertical.mp4', 'silent.mp4'];

test('every number survives its cells, and no damaged row reads as a number', () => {
  let misread = 0;
  for (let index = 0; index < MAX_FRAMES; index += 7) {
    const cells = encodeNumber({ source: 1 + (index % 6), index });
    expect(decodeNumber(cells)).toEqual({ source: 1 + (index % 6), index });
    for (let cell = 0; cell < cells.length; cell++) if (decodeNumber(cells.map((bit, i) => (i === cell ? 1 - bit : bit)))) misread++;
  }
  expect(misread).toBe(0);
  for (const level of [0, 128, 255]) {
    const flat = new Uint8Array(320 * 180).fill(level);
    expect(readNumber(flat, 320, { x: 0, y: 0, width: 320, height: 180 })).toBeNull();
  }
});

test('a row that mixes two frames is unreadable', () => {
  const grey = (index: number): number[] => encodeNumber({ source: 1, index });
  for (let index = 0; index < 200; index++) {
    const [one, other] = [grey(index), grey(index + 1)];
    const mixed = new Uint8Array(320 * 180);
    for (let y = 0; y < 16; y++) for (let x = 0; x < 320; x++) mixed[y * 320 + x] = 127.5 * ((one[x >> 4] ?? 0) + (other[x >> 4] ?? 0));
    expect(readNumber(mixed, 320, { x: 0, y: 0, width: 320, height: 180 })).toBeNull();
  }
});

for (const name of FILMS) {
  test(`${name}: frames, colours and clicks read back as generated`, async () => {
    const path = await media(name);
    const made = film(name);
    expect(await read.complaints(path)).toBe('');
    const decoded = await read.readFilm(path);
    expect([decoded.width, decoded.height, decoded.frames.length]).toEqual([made.width, made.height, made.frames]);
    const numbers = decoded.frames.map((_, i) => read.numberIn(decoded, i));
    expect(numbers).toEqual(decoded.frames.map((_, index) => ({ source: made.source, index })));
    for (const patch of PATCHES) {
      const seen = read.colourIn(decoded, 10, patchRect(patch, read.whole(decoded)));
      expect(read.distance(seen, patch.colour), `${patch.name}: ${seen.map(Math.round)}`).toBeLessThanOrEqual(2.5);
    }
    const { pts, timeBase } = await read.pictureTimes(path);
    expect(pts).toHaveLength(made.frames);
    // Half a tick, and 7 ms where ffmpeg moves everything so that Opus may start before zero.
    const [num, den] = made.fps;
    pts.forEach((tick, i) => {
      const seconds = (Number(tick) * Number(timeBase.num)) / Number(timeBase.den);
      expect(Math.abs(seconds - (i * den) / num)).toBeLessThanOrEqual(0.0085);
    });
    if (!made.sound) return;
    const sound = await read.readSound(path);
    sound.channels.forEach((samples, channel) => {
      const wanted = clicksOf(made.sound!.seconds, channel).map((us) => Math.round((us * sound.rateHz) / 1e6));
      // A codec's own start may blur the click at zero away; it is for the cuts, not for the count.
      const late = (n: number): boolean => n > sound.rateHz / 100;
      const found = read.clicksIn(samples, sound.rateHz).filter(late);
      expect(found).toHaveLength(wanted.filter(late).length);
      wanted.filter(late).forEach((at, i) => expect(Math.abs(found[i]! - at) / sound.rateHz).toBeLessThan(0.009));
      const tone = read.toneIn(samples, sound.rateHz, made.sound!.toneHz, Math.round(sound.rateHz * 0.5), Math.round(sound.rateHz * 0.2));
      expect(tone).toBeGreaterThan(0.05);
      expect(read.toneIn(samples, sound.rateHz, 1510, Math.round(sound.rateHz * 0.5), Math.round(sound.rateHz * 0.2))).toBeLessThan(0.01);
    });
  });
}

test('long-gop.mp4 is one group of pictures with B-frames; ms-pts.webm counts milliseconds; vertical.mp4 is stored lying', async () => {
  const long = await read.packets(await media('long-gop.mp4'));
  const video = long.filter(({ type }) => type === 'video');
  expect(video.filter(({ key }) => key)).toHaveLength(1);
  const times = video.map(({ seconds }) => seconds);
  expect(times).not.toEqual([...times].sort((a, b) => a - b));

  const { pts, timeBase } = await read.pictureTimes(await media('ms-pts.webm'));
  expect(timeBase).toEqual({ num: 1n, den: 1000n });
  expect(new Set(pts.slice(1).map((tick, i) => tick - pts[i]!))).toEqual(new Set([33n, 34n]));

  const { video: streams } = await read.probe(await media('vertical.mp4'));
  expect([streams[0]?.width, streams[0]?.height, streams[0]?.side_data_list?.[0]?.rotation]).toEqual([320, 180, -90]);
});

test('stills show their patches, the turned one through its EXIF note only', async () => {
  for (const name of ['still.png', 'turned.jpg'] as const) {
    const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_streams', await media(name)]);
    const [stream] = (JSON.parse(stdout) as { streams: { width: number; height: number }[] }).streams;
    expect([stream?.width, stream?.height]).toEqual(name === 'still.png' ? [320, 180] : [180, 320]);
  }
  const rgb = paint(320, 180, null);
  const { colour, share } = patchNamed('topRight');
  const at = 3 * (Math.round((share.y + 0.1) * 180) * 320 + Math.round((share.x + 0.05) * 320));
  expect([...rgb.subarray(at, at + 3)]).toEqual([...colour]);
});

test('broken files are broken, and tunes sound', async () => {
  for (const name of ['corrupt.mp4', 'truncated.mp4', 'empty.mp4'] as const) expect(await read.complaints(await media(name))).not.toBe('');
  expect((await stat(await media('empty.mp4'))).size).toBe(0);
  for (const name of ['tune.wav', 'tune.mp3', 'tune.ogg'] as const) {
    const sound = await read.readSound(await media(name));
    const found = read.clicksIn(sound.channels[0]!, sound.rateHz);
    expect(found.slice(-3).map((n) => Math.round((n * 10) / sound.rateHz))).toEqual([10, 20, 30]);
  }
});

const RATES: Readonly<Record<string, Rate>> = {
  '24': { num: 24n, den: 1n },
  '24000/1001': { num: 24_000n, den: 1001n },
  '25': { num: 25n, den: 1n },
  '30000/1001': { num: 30_000n, den: 1001n },
  '60': { num: 60n, den: 1n },
};

test('the model rounds frame times once and finds edges on them', () => {
  const ntsc = RATES['30000/1001']!;
  expect([0n, 1n, 2n, 3n].map((i) => frameStartUs(i, ntsc))).toEqual([0n, 33_367n, 66_733n, 100_100n]);
  for (const [text, rate] of Object.entries(RATES)) {
    const wrong: bigint[] = [];
    for (let i = 0n; i < 3000n; i++) {
      const us = frameStartUs(i, rate);
      if (firstFrameAt(us, rate) !== i || firstFrameAt(us + 1n, rate) !== i || firstFrameAt(us + 2n, rate) !== i + 1n) wrong.push(i);
    }
    expect(wrong, text).toEqual([]);
  }
});

for (const [text, rate] of Object.entries(RATES)) {
  test(`the model agrees with ffmpeg's fps filter at ${text}`, async () => {
    const path = await media('long-gop.mp4');
    const source = await read.pictureTimes(path);
    const folder = await mkdtemp(join(tmpdir(), 'gran-'));
    try {
      const out = join(folder, 'out.mp4');
      // Its own rounding picks the last frame at or before, which is what §5 says.
      const filter = `fps=${text}:round=up:start_time=0`;
      await run('ffmpeg', ['-v', 'error', '-i', path, '-an', '-vf', filter, '-c:v', 'libx264', '-crf', '10', '-preset', 'ultrafast', out]);
      const decoded = await read.readFilm(out);
      const whole = { startUs: 0, durationUs: 6_000_000 };
      const clip: Clip = { kind: 'clip', clipType: 'media', id: 'a', timelineRange: whole, sourceRange: whole };
      const frames = length([{ id: 'v', kind: 'video', items: [clip] }], rate).frames;
      const wanted = Array.from({ length: frames }, (_, i) => pictureShown(clip, BigInt(i), rate, source));
      const found = decoded.frames.map((_, i) => read.numberIn(decoded, i)?.index);
      // The filter may add or drop the frame at the very end.
      const common = Math.min(found.length, wanted.length);
      expect(Math.abs(found.length - wanted.length)).toBeLessThanOrEqual(1);
      expect(found.slice(0, common)).toEqual(wanted.slice(0, common));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

const sent = (type: string, at = 0): Entry => ({ at, worker: 1, sent: true, message: { type } });
const got = (message: Message, at = 0): Entry => ({ at, worker: 1, sent: false, message });
const progress = (phase: string, percent: number, current: number, at: number): Entry =>
  got({ type: 'progress', phase, percent, frame: { current, total: 30 } }, at);
const READY = got({ type: 'ready' });
const COMPLETED = got({ type: 'completed', durationMs: 1000, frames: 30 }, 2000);
const GOOD: readonly Entry[] = [
  READY,
  sent('init_export', 10),
  progress('decode', 0, 0, 100),
  progress('compose', 10, 2, 300),
  progress('encode', 40, 10, 500),
  progress('finalize', 90, 30, 700),
  progress('finalize', 100, 30, 900),
  COMPLETED,
];
const CANCELLED = got({ type: 'error', message: 'Export cancelled by user', recoverable: true }, 950);

test('the judge of messages has nothing against good ones', () => {
  expect(problemsIn(GOOD)).toEqual([]);
  expect(problemsIn([...GOOD, sent('init_export', 3000), got({ type: 'failure', code: 'E_CANCELLED' }, 3100), CANCELLED])).toEqual([]);
  const busy = got({ type: 'error', message: 'An export is running already.', recoverable: true }, 600);
  expect(
    problemsIn([...GOOD.slice(0, 5), sent('init_export', 590), got({ type: 'failure', code: 'E_BUSY' }, 595), busy, ...GOOD.slice(5)]),
  ).toEqual([]);
});

const BAD: Readonly<Record<string, readonly [RegExp, readonly Entry[]]>> = {
  'a second end': [/completed with no export running/, [...GOOD, COMPLETED]],
  'progress after the end': [/progress with no export running/, [...GOOD, progress('finalize', 100, 30, 2100)]],
  'percent going back': [/percent went back/, [...GOOD.slice(0, 4), progress('encode', 5, 10, 500), ...GOOD.slice(5)]],
  'frames going back': [/frame.current went back/, [...GOOD.slice(0, 5), progress('encode', 50, 1, 600), ...GOOD.slice(5)]],
  'a frame too many': [/frame 31 of 30/, [...GOOD.slice(0, 6), progress('finalize', 95, 31, 800), ...GOOD.slice(6)]],
  'a missing phase': [/phases decode,encode,finalize only/, GOOD.filter((_, i) => i !== 3)],
  'phases out of order': [/in the order compose,decode/, [...GOOD.slice(0, 2), GOOD[3]!, { ...GOOD[2]!, at: 350 }, ...GOOD.slice(4)]],
  'a flood': [
    /1\d progress messages/,
    [...GOOD.slice(0, 5), ...Array.from({ length: 12 }, (_, i) => progress('encode', 50, 11, 510 + i)), ...GOOD.slice(5)],
  ],
  silence: [/no progress for 3100 ms/, [...GOOD.slice(0, 6), progress('finalize', 100, 30, 3800), got(COMPLETED.message, 3900)]],
  '100 % too early': [/100 % in phase encode/, [...GOOD.slice(0, 5), progress('encode', 100, 12, 600), ...GOOD.slice(6)]],
  'an extra field': [/completed has path/, [...GOOD.slice(0, 7), got({ type: 'completed', durationMs: 1, frames: 30, path: 'x' }, 2000)]],
  'a missing field': [/error lacks recoverable/, [...GOOD.slice(0, 5), got({ type: 'error', message: 'no' }, 600)]],
  null: [
    /warning.clipId is null/,
    [...GOOD.slice(0, 5), got({ type: 'warning', code: 'W', message: 'w', clipId: null }, 600), ...GOOD.slice(5)],
  ],
  'something between failure and error': [
    /warning between failure/,
    [READY, sent('init_export'), got({ type: 'failure', code: 'E' }), got({ type: 'warning', code: 'W', message: 'w' }), CANCELLED],
  ],
  'an unfinished success': [/ended at frame 29/, [...GOOD.slice(0, 5), progress('finalize', 90, 29, 700), COMPLETED]],
};

for (const [fault, [words, log]] of Object.entries(BAD)) {
  test(`the judge of messages sees ${fault}`, () => expect(problemsIn(log).join('\n')).toMatch(words));
}
