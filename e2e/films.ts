/** The timelines that the tests export, and the comparison of a file with what the model says of its timeline. */
import { expect, test } from '@playwright/test';
import { film, media, MEDIA_NAMES, soundOf, type MediaName } from './fixtures/media.ts';
import type { Rect } from './fixtures/barcode.ts';
import { clicksOf } from './fixtures/sound.ts';
import type { Bench, Outcome, Settings, Timeline } from './harness.ts';
import { clicksHeard, exactly, frameStartUs, length, sampleAt, shownAt, type Clip, type Gap, type Rate, type Track } from './model.ts';
import * as read from './read.ts';

/** One block of AAC: how far off sound may be at a cut. */
export const BLOCK = 1024;
/** A click begins with a sample of zero, so that nobody can tell its place better than this. */
const BLURRED = 2;

/** Everything is encoded, which is what most tests are about; copying.spec.ts is about the rest. */
export const MP4: Settings = {
  width: 320,
  height: 180,
  fps: 30,
  codec: 'avc',
  bitrate: 2_500_000,
  container: 'mp4',
  copy: 'never',
  audio: { codec: 'aac', bitrate: 160_000, sampleRate: 48_000, channels: 2 },
};

export const WEBM: Settings = {
  ...MP4,
  codec: 'vp9',
  container: 'webm',
  audio: { codec: 'opus', bitrate: 128_000, sampleRate: 48_000, channels: 2 },
};

/** Without sound: a second less, where sound does not matter. */
export const SILENT: Settings = { ...MP4, audio: false };

type Extra = Omit<Partial<Clip>, 'kind' | 'id' | 'timelineRange' | 'sourceRange' | 'source'>;

const us = (seconds: number): number => Math.round(seconds * 1e6);

/** `[from, to)` seconds of the timeline show the source from `at` seconds on, at the clip's speed. */
export function shot(id: string, path: MediaName, [from, to]: readonly [number, number], at: number, extra: Extra = {}): Clip {
  const timelineRange = { startUs: us(from), durationUs: us(to) - us(from) };
  const sourceRange = { startUs: us(at), durationUs: Math.round(timelineRange.durationUs * (extra.speed ?? 1)) };
  return { kind: 'clip', clipType: 'media', id, timelineRange, sourceRange, source: { path }, ...extra };
}

export function gap(id: string, [from, to]: readonly [number, number]): Gap {
  return { kind: 'gap', id, timelineRange: { startUs: us(from), durationUs: us(to) - us(from) } };
}

/** The first track is on top. */
export function timeline(...tracks: readonly (readonly (Clip | Gap)[])[]): Timeline {
  const used = new Set(tracks.flat().flatMap((item) => (item.kind === 'clip' && item.source ? [item.source.path] : [])));
  return {
    timebase: { fps: 30 },
    tracks: tracks.map((items, i): Track => ({ id: `video-${tracks.length - i}`, kind: 'video', items })),
    sources: Object.fromEntries(MEDIA_NAMES.filter((name) => used.has(name)).map((name) => [name, { $media: name }])),
  };
}

/** One second, as little as shows that exporting works. */
export const SHORT = timeline([shot('only', 'long-gop.mp4', [0, 1], 1.5)]);

/**
 * Two sources on two tracks: the upper covers the lower whole for a while, then in a corner, and at both ends of that shows over nothing. Its
 * first cut lands on a click of its source.
 */
export const CUTS = timeline(
  [
    gap('g1', [0, 1]),
    shot('over', 'ms-pts.webm', [1, 1.7], 1),
    gap('g2', [1.7, 2.2]),
    shot('corner', 'ms-pts.webm', [2.2, 3], 2, { transform: { scale: { x: 0.5, y: 0.5 }, position: { x: 80, y: 45 } } }),
  ],
  [shot('first', 'long-gop.mp4', [0, 2], 0.6), gap('g3', [2, 2.4]), shot('second', 'long-gop.mp4', [2.4, 4], 3.55)],
);

/** Twice and half as fast, frozen, past the end of its range, past the end of its file. */
export const SPEEDS = timeline([
  shot('fast', 'long-gop.mp4', [0, 1.5], 0.5, { speed: 2 }),
  shot('slow', 'ms-pts.webm', [1.5, 3.1], 1, { speed: 0.5 }),
  shot('frozen', 'long-gop.mp4', [3.1, 3.7], 2, { freezeFrameSourceUs: 2_345_678, audioFromVideoDisabled: true }),
  { ...shot('held', 'ms-pts.webm', [3.7, 4.5], 4.3), sourceRange: { startUs: 4_300_000, durationUs: 415_500 } },
  shot('ending', 'long-gop.mp4', [4.5, 5.2], 5.7),
]);

/** A film of `seconds` in shots of 5 s, for what needs time. */
export function longFilm(seconds: number, path: MediaName = 'long-gop.mp4', each = 5): Timeline {
  const count = Math.ceil(seconds / each);
  return timeline(Array.from({ length: count }, (_, i) => shot(`s${i}`, path, [each * i, Math.min(seconds, each * (i + 1))], 0.5)));
}

const EXACT: Readonly<Record<string, Rate>> = {
  '23.976': { num: 24_000n, den: 1001n },
  '29.97': { num: 30_000n, den: 1001n },
  '59.94': { num: 60_000n, den: 1001n },
};

export function rateOf(fps: Settings['fps']): Rate {
  if (typeof fps === 'number') return EXACT[String(fps)] ?? exactly(fps);
  const [num, den] = typeof fps === 'string' ? fps.split('/') : fps;
  return { num: BigInt(num ?? 0), den: BigInt(den ?? 1) };
}

export function filmOf(film: Timeline, settings: Settings): { frames: number; durationUs: number } {
  return length(film.tracks, rateOf(settings.fps));
}

export async function timesOf(film: Timeline): Promise<Map<string, read.Pictures>> {
  const sources = new Map<string, read.Pictures>();
  for (const source of Object.values(film.sources)) {
    if (!('$media' in source) || !/\.(mp4|webm|ts)$/.test(source.$media)) continue;
    sources.set(source.$media, await read.pictureTimes(await media(source.$media)));
  }
  return sources;
}

/** Where a clip's picture lands: fitted and centred, scaled about its centre, moved. */
export function placeOf(clip: Clip, settings: Settings): Rect {
  const source = clip.source && !clip.isImage ? film(clip.source.path as MediaName) : { width: 320, height: 180 };
  const fit = Math.min(settings.width / source.width, settings.height / source.height);
  const { scale = { x: 1, y: 1 }, position = { x: 0, y: 0 } } = clip.transform ?? {};
  const [width, height] = [source.width * fit * scale.x, source.height * fit * scale.y];
  return { x: (settings.width - width) / 2 + position.x, y: (settings.height - height) / 2 + position.y, width, height };
}

function within(inner: Rect, outer: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** What one frame should show and does show, as text: `over 2:31`, `nothing`. */
function describeFrame(decoded: read.Film, index: number, shown: ReturnType<typeof shownAt>, settings: Settings): [string[], string[]] {
  const [wanted, found]: [string[], string[]] = [[], []];
  let covered: Rect | undefined;
  for (const { clip, picture } of shown) {
    const place = placeOf(clip, settings);
    const row = { ...place, height: (place.height * 16) / 180 };
    if (picture === null || (covered && within(row, covered))) continue;
    covered ??= place;
    const number = read.numberIn(decoded, index, place);
    wanted.push(`${clip.id} ${film(clip.source!.path as MediaName).source}:${picture}`);
    found.push(`${clip.id} ${number ? `${number.source}:${number.index}` : 'unreadable'}`);
  }
  if (shown.length === 0) {
    const brightest = read
      .frameOf(decoded, index)
      .subarray(0, decoded.width * decoded.height)
      .reduce((a, b) => Math.max(a, b), 0);
    wanted.push('nothing');
    found.push(brightest < 40 ? 'nothing' : `luma up to ${brightest}`);
  }
  return [wanted, found];
}

/** Asserts that the worker still exports. */
export async function expectWorks(bench: Bench, folder: string): Promise<void> {
  const { path, outcome } = await bench.exportFile({ timeline: SHORT, settings: MP4 }, folder);
  await expectFrames(path, SHORT, MP4, outcome);
}

/** Asserts that every frame of a file shows what the model says, and how many there are and how long they last. */
export async function expectFrames(
  path: string,
  timeline: Timeline,
  settings: Settings,
  outcome: Pick<Outcome, 'completed'>,
): Promise<read.Film> {
  const rate = rateOf(settings.fps);
  const { frames, durationUs } = length(timeline.tracks, rate);
  const { video, duration } = await read.probe(path);
  expect(await read.complaints(path), 'what ffmpeg says against the file').toBe('');
  expect(outcome.completed).toEqual({ frames, durationMs: Math.floor((durationUs + 500) / 1000) });
  expect(Number(video[0]?.nb_read_frames)).toBe(frames);

  const { pts, timeBase } = await read.pictureTimes(path);
  const tickUs = (1e6 * Number(timeBase.num)) / Number(timeBase.den);
  const late = pts.map((tick, i) => Math.abs(Number(tick) * tickUs - Number(frameStartUs(BigInt(i), rate))));
  // MP4 counts in the rate's own ticks, WebM and Matroska in milliseconds.
  expect(Math.max(...late), 'a frame is off its time by µs').toBeLessThanOrEqual(/webm|mkv/.test(settings.container ?? '') ? 501 : 1);
  if (settings.container === 'mp4') {
    const stated = (BigInt(video[0]!.duration_ts!) * timeBase.num * rate.num * 1000n) / timeBase.den;
    expect(stated, "the video's own duration in thousandths of a frame").toBe(BigInt(frames) * rate.den * 1000n);
  }
  // The last two blocks of sound may reach past the last frame.
  const tooLong = Number(duration) * 1e6 - durationUs;
  expect(tooLong, "the file's duration").toBeGreaterThanOrEqual(-1000);
  expect(tooLong, "the file's duration").toBeLessThanOrEqual((2 * BLOCK * 1e6) / 48_000);

  const decoded = await read.readFilm(path);
  expect([decoded.width, decoded.height]).toEqual([settings.width, settings.height]);
  const sources = await timesOf(timeline);
  const wanted: string[] = [];
  const found: string[] = [];
  for (let i = 0; i < frames; i++) {
    const [wants, shows] = describeFrame(decoded, i, shownAt(timeline.tracks, i, rate, sources), settings);
    wanted.push(`${i}: ${wants.join(', ')}`);
    found.push(`${i}: ${shows.join(', ')}`);
  }
  expect(found).toEqual(wanted);
  return decoded;
}

/** Asserts that clicks and the edges of tones are within one block of where the model says. Returns the offsets of the clicks, in samples. */
export async function expectSound(path: string, timeline: Timeline, settings: Settings): Promise<number[]> {
  const { durationUs } = length(timeline.tracks, rateOf(settings.fps));
  const sound = await read.readSound(path);
  expect(sound.channels).toHaveLength(2);
  const offsets: number[] = [];
  sound.channels.forEach((samples, channel) => {
    const heard = clicksHeard(timeline.tracks, (path) => {
      const of = soundOf(path as MediaName);
      return of ? clicksOf(of.seconds, of.channels === 1 ? 0 : channel) : [];
    });
    const wanted = heard.map(({ atUs }) => sampleAt(Math.round(atUs), sound.rateHz));
    const found = read.clicksIn(samples, sound.rateHz);
    const words = (list: readonly number[]): string[] => list.map((n) => `${Math.round((n * 1000) / sound.rateHz)} ms`);
    expect(found.length, `clicks at ${words(found)}, not ${words(wanted)}`).toBe(wanted.length);
    found.forEach((at, i) => {
      const offset = at - wanted[i]!;
      offsets.push(offset);
      expect(Math.abs(offset), `click ${i} of channel ${channel} at ${at}, not ${wanted[i]}`).toBeLessThanOrEqual(BLOCK + BLURRED);
    });
  });
  expectTones(sound, timeline);
  const padded = sound.channels[0]!.length - sampleAt(durationUs, sound.rateHz);
  expect(Math.abs(padded), 'samples more or fewer than the film is long').toBeLessThanOrEqual(2 * BLOCK);
  const note = `clicks off by ${Math.min(...offsets)} to ${Math.max(...offsets)} samples, ${padded} samples too many at the end`;
  test.info().annotations.push({ type: 'sound', description: note });
  console.log(`    ${test.info().title}: ${note}`);
  return offsets;
}

/** Just inside each end of each clip its tone sounds; a block outside it does not, unless another clip brings it. */
function expectTones({ rateHz, channels }: read.Sound, timeline: Timeline): void {
  const samples = channels[0]!;
  const window = Math.round(rateHz / 50);
  const voices = timeline.tracks.flatMap(({ items }) =>
    items.flatMap((item) => {
      if (item.kind !== 'clip' || !item.source || !item.sourceRange || item.isImage || item.audioFromVideoDisabled) return [];
      const sound = soundOf(item.source.path as MediaName);
      if (!sound) return [];
      const speed = item.speed ?? 1;
      const sourceUs = Math.min(item.sourceRange.durationUs, sound.seconds * 1e6 - item.sourceRange.startUs);
      const { startUs, durationUs } = item.timelineRange;
      const endUs = startUs + Math.min(durationUs, Math.round(sourceUs / speed));
      return [{ id: item.id, toneHz: sound.toneHz * speed, from: sampleAt(startUs, rateHz), to: sampleAt(endUs, rateHz) }];
    }),
  );
  const problems: string[] = [];
  for (const voice of voices) {
    const probe = (at: number, sounding: boolean, where: string): void => {
      const busy = voices.some(({ toneHz, from, to }) => toneHz === voice.toneHz && from < at + window + BLOCK && to > at - BLOCK);
      if (at < 0 || at + window > samples.length || busy !== sounding) return;
      const level = read.toneIn(samples, rateHz, voice.toneHz, at, window);
      if (sounding ? level < 0.03 : level > 0.025) problems.push(`${voice.id}: ${level.toFixed(3)} of its tone ${where}`);
    };
    probe(voice.from - BLOCK - window, false, 'before its start');
    probe(voice.from + BLOCK, true, 'after its start');
    probe(voice.to - BLOCK - window, true, 'before its end');
    probe(voice.to + BLOCK, false, 'after its end');
  }
  expect(problems).toEqual([]);
}
