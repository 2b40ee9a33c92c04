/** The preview shows and plays what an export would make: the same frames, the same sound, at the same time. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, type Bench, type Timeline } from './harness.ts';
import type { PreviewReadings } from '../web/preview-messages.js';
import { shot } from './films.ts';
import type { MediaName } from './fixtures/media.ts';
import { CLICK_LEVEL } from './fixtures/sound.ts';
import { FRAMES, SCENES } from './scenes.ts';

export interface Told {
  readonly frames: { readonly timeUs: number; readonly at: number }[];
  readonly states: {
    readonly playing: boolean;
    readonly rate: number;
    readonly timeUs: number;
    readonly durationUs: number;
    readonly droppedFrames: number;
  }[];
  readonly problems: { readonly message: string; readonly code: string; readonly clipId?: string }[];
}

export interface Part {
  readonly first: number;
  readonly min: number[];
  readonly max: number[];
  readonly ended: boolean;
  readonly problem?: string;
}

/** What page/preview.js offers in the page. */
export interface PreviewDriver {
  told: Told;
  open(): Promise<void>;
  show(timeline: Timeline, view: Record<string, unknown>): Promise<void>;
  call(name: string, ...values: unknown[]): any;
  snapshot(timeUs: number): Promise<string>;
  seen(): Promise<string>;
  size(): [number, number];
  pixels(): Promise<{ width: number; height: number; rgba: number[] }>;
  peaks(file: unknown, perSecond: number, stopAfter?: number): Promise<Part[]>;
  close(): void;
}

const VIEW = { width: 320, height: 180, fps: 30, audio: true };

/** A page with a preview that is up. */
async function opened(bench: Bench): Promise<void> {
  await bench.page.evaluate(async () => {
    await import(/* @vite-ignore */ new URL('/__e2e/preview.js', location.href).href);
    await granPreview.open();
  });
}

async function show(bench: Bench, timeline: Timeline, view: Record<string, unknown> = VIEW): Promise<void> {
  await bench.page.evaluate(([timeline, view]) => granPreview.show(timeline, view), [timeline, view] as const);
}

async function call(bench: Bench, name: string, ...values: unknown[]): Promise<any> {
  return bench.page.evaluate(([name, values]) => granPreview.call(name, ...values), [name, values] as const);
}

const told = (bench: Bench): Promise<Told> => bench.page.evaluate(() => granPreview.told);
const lastFrame = async (bench: Bench) => (await told(bench)).frames.at(-1)?.timeUs;

const frameUs = (index: number): number => Math.floor((2 * index * 1e6 + 30) / 60);

/** From now on the exporter's worker keeps a hash of every canvas that it reads back to encode. */
async function keepHashes(bench: Bench): Promise<void> {
  await bench.page.workers()[0]!.evaluate(() => {
    const scope = self as unknown as { hashes: Promise<string>[]; keeps?: boolean };
    scope.hashes = [];
    if (scope.keeps) return;
    scope.keeps = true;
    const { getImageData } = OffscreenCanvasRenderingContext2D.prototype;
    OffscreenCanvasRenderingContext2D.prototype.getImageData = function (x: number, y: number, width: number, height: number) {
      const image = getImageData.call(this, x, y, width, height);
      const hex = (digest: ArrayBuffer): string => [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      // The small ones are trials.
      if (width === 320) scope.hashes.push(crypto.subtle.digest('SHA-256', image.data.slice()).then(hex));
      return image;
    };
  });
}

async function hashes(bench: Bench): Promise<string[]> {
  return bench.page.workers()[0]!.evaluate(() => Promise.all((self as unknown as { hashes: Promise<string>[] }).hashes));
}

/** Seeks, and waits until that is what is on the canvas. */
async function seek(bench: Bench, timeUs: number): Promise<void> {
  const { length } = (await told(bench)).frames;
  await call(bench, 'seek', timeUs);
  await expect.poll(async () => (await told(bench)).frames.length).toBeGreaterThan(length);
  await expect.poll(() => lastFrame(bench)).toBe(timeUs); // one that was on its way may come before
}

const SAME = SCENES.filter(({ name }) => name !== 'HDR').slice(0, 12);

test('ten scenes and more: what is previewed is what is exported, px for px', async ({ bench }) => {
  test.setTimeout(120_000);
  const settings = {
    width: 320,
    height: 180,
    fps: 30,
    codec: 'avc',
    bitrate: 2_000_000,
    container: 'mp4',
    audio: false,
    executor: '2d',
  } as const;
  await opened(bench);
  const compared: Record<string, number> = {};
  for (const { name, timeline } of SAME) {
    await keepHashes(bench);
    const { error } = await bench.export({ timeline, settings, output: { $opfs: bench.name() } });
    expect(error, name).toBeUndefined();
    const exported = await hashes(bench);
    // Frames that need no canvas come first in these scenes.
    const first = FRAMES - exported.length;
    expect(exported.length, name).toBeGreaterThan(5);
    await show(bench, timeline, { ...VIEW, audio: false, executor: '2d' });
    await expect.poll(async () => (await told(bench)).states.at(-1)?.durationUs, { message: name }).toBe(frameUs(FRAMES));
    for (const index of new Set([first, 8, FRAMES - 1])) {
      const saved = await bench.page.evaluate((timeUs) => granPreview.snapshot(timeUs), frameUs(index));
      expect(saved, `${name}, frame ${index}, saved`).toBe(exported[index - first]);
      await seek(bench, frameUs(index));
      expect(await bench.page.evaluate(() => granPreview.seen()), `${name}, frame ${index}, seen`).toBe(exported[index - first]);
      compared[name] = (compared[name] ?? 0) + 1;
    }
  }
  expect(Object.keys(compared).length).toBeGreaterThanOrEqual(10);
  expect((await told(bench)).problems).toEqual([]);
  await bench.page.evaluate(() => granPreview.close());
});

test('a broken clip is named and the rest plays on', async ({ bench }) => {
  await opened(bench);
  const film = {
    timebase: { fps: 30 },
    tracks: [
      { id: 'v', kind: 'video', items: [shot('whole', 'silent.mp4', [0, 0.5], 0), shot('broken', 'corrupt.mp4', [0.5, 1], 0)] },
      { id: 'lost', kind: 'video', items: [shot('nowhere', 'gone.mp4' as MediaName, [0, 0.2], 0)] },
    ],
    sources: { 'silent.mp4': { $media: 'silent.mp4' }, 'corrupt.mp4': { $media: 'corrupt.mp4' } },
  } as unknown as Timeline;
  await show(bench, film);
  await expect.poll(async () => (await told(bench)).states.at(-1)?.durationUs).toBe(1_000_000);
  await call(bench, 'play', 1);
  await expect
    .poll(async () => (await told(bench)).states.at(-1), { timeout: 10_000 })
    .toMatchObject({ playing: false, timeUs: 1_000_000 });
  const { problems } = await told(bench);
  expect(problems.map(({ clipId }) => clipId).sort()).toEqual(['broken', 'nowhere']);
  expect(problems.map(({ message }) => message).join()).toMatch(/corrupt\.mp4 holds neither.*|gone\.mp4 is missing/);
  const { width, rgba } = await bench.page.evaluate(() => granPreview.pixels());
  const colours = new Set(Array.from({ length: width }, (_, x) => rgba.slice(4 * (90 * width + x), 4 * (90 * width + x) + 3).join()));
  expect(colours.size, 'stripes').toBeGreaterThan(1);
  await bench.page.evaluate(() => granPreview.close());
});

test('it plays both ways and at other rates, steps, and goes on when the film changes', async ({ bench }) => {
  await opened(bench);
  const film = (seconds: number) =>
    ({
      timebase: { fps: 30 },
      tracks: [{ id: 'v', kind: 'video', items: [shot('whole', 'silent.mp4', [0, seconds], 0)] }],
      sources: { 'silent.mp4': { $media: 'silent.mp4' } },
    }) as unknown as Timeline;
  const state = async () => (await told(bench)).states.at(-1);
  await show(bench, film(2));
  await expect.poll(async () => (await state())?.durationUs).toBe(2_000_000);
  for (const [frames, index] of [
    [1, 1],
    [1, 2],
    [-1, 1],
    [100, 59],
    [-1, 58],
  ] as const) {
    await call(bench, 'step', frames);
    await expect.poll(() => lastFrame(bench)).toBe(frameUs(index));
  }
  await test.step('backwards to the start', async () => {
    await call(bench, 'play', -2);
    await expect.poll(async () => (await state())?.rate).toBe(-2);
    await expect.poll(state, { timeout: 10_000 }).toMatchObject({ playing: false, timeUs: 0 });
  });
  await test.step('another film while it plays', async () => {
    await call(bench, 'play', 0.5);
    await expect.poll(async () => (await state())?.timeUs).toBeGreaterThan(200_000);
    await show(bench, film(1));
    await expect.poll(state).toMatchObject({ playing: true, durationUs: 1_000_000 });
    await call(bench, 'play', 4);
    await expect.poll(state, { timeout: 10_000 }).toMatchObject({ playing: false, timeUs: 1_000_000 });
  });
  const workers = bench.page.workers().length;
  await bench.page.evaluate(() => granPreview.close());
  await expect.poll(() => bench.page.workers().length).toBe(workers - 1);
});

test('peaks are streamed, right, and can be stopped', async ({ bench }) => {
  await opened(bench);
  const parts = await bench.page.evaluate(() => granPreview.peaks({ $media: 'clicks.wav' }, 20));
  expect(parts.at(-1)).toMatchObject({ ended: true });
  expect(parts.length).toBeGreaterThan(5);
  const high = parts.flatMap(({ max }) => max);
  expect(parts.map(({ first }) => first)).toEqual(parts.map((_, i) => parts.slice(0, i).flatMap(({ max }) => max).length));
  expect(high.length).toBe(Math.ceil(60.5 * 20));
  // A click at every second on the left, 250 ms later on the right.
  const loud = high.flatMap((level, bin) => (level > (CLICK_LEVEL * 3) / 4 ? [bin % 20] : []));
  expect([...new Set(loud)].sort()).toEqual([0, 5]);
  expect(loud.length).toBe(2 * 60 + 2);
  const few = await bench.page.evaluate(() => granPreview.peaks({ $media: 'clicks.wav' }, 100, 2));
  expect(few.length).toBe(2);
  expect(few.at(-1)!.ended).toBe(false);
  expect(await bench.page.evaluate(() => granPreview.peaks({ $media: 'still.png' }, 100))).toMatchObject([{ ended: true, max: [] }]);
  await bench.page.evaluate(() => granPreview.close());
});

test('the sample at 720p: how it plays', { tag: '@timed' }, async ({ bench }) => {
  const folder = fileURLToPath(new URL('../web/sample/', import.meta.url));
  await bench.context.route('**/__e2e/sample/*', (route) =>
    route.fulfill({ path: join(folder, route.request().url().split('/').at(-1)!) }),
  );
  await opened(bench);
  await bench.page.evaluate(async () => {
    const names = ['dawn.webm', 'tide.webm', 'shore.webm'];
    const files = await Promise.all(names.map(async (name) => new File([await (await fetch(`/__e2e/sample/${name}`)).blob()], name)));
    const clips = names.map((path, i) => ({
      kind: 'clip',
      clipType: 'media',
      id: path,
      source: { path },
      sourceRange: { startUs: 0, durationUs: 3_000_000 },
      timelineRange: { startUs: i * 3_000_000, durationUs: 3_000_000 },
      ...(i && { transitionIn: { type: 'dissolve', durationUs: 700_000 } }),
    }));
    const range = { startUs: 500_000, durationUs: 3_000_000 };
    const title = { kind: 'clip', clipType: 'text', id: 't', text: 'Hello', timelineRange: range, style: { fontSize: 96 } };
    const tracks = [
      { id: 'title', kind: 'video', items: [title] },
      { id: 'film', kind: 'video', items: clips },
    ];
    const sources = Object.fromEntries(names.map((name, i) => [name, files[i]]));
    await granPreview.call('show', { timebase: { fps: 30 }, tracks, sources }, { width: 1280, height: 720, fps: 30 });
  });
  await expect.poll(async () => (await told(bench)).states.at(-1)?.durationUs).toBe(9_000_000);
  await call(bench, 'play', 1);
  await expect
    .poll(async () => (await told(bench)).states.at(-1), { timeout: 30_000 })
    .toMatchObject({ playing: false, timeUs: 9_000_000 });
  const { shownFrames, droppedFrames, starvedSamples, meanFrameMs, soundLeadsUs } = (await call(bench, 'readings')) as PreviewReadings;
  const leads = [...soundLeadsUs].sort((one, other) => one - other);
  console.log(
    `    720p: ${shownFrames} of 270 frames shown, ${droppedFrames} dropped, ${meanFrameMs} ms a frame, ${starvedSamples} samples missing; ` +
      `sound ahead by ${leads.map((us) => Math.round(us / 1000)).filter((_, i) => i === leads.length >> 1 || i === 0 || i === leads.length - 1)} ms`,
  );
  // Other work on the machine costs frames, and sound comes first: of it a smaller share is missing.
  expect(droppedFrames).toBeLessThan(200);
  expect(starvedSamples / (9 * 48_000)).toBeLessThanOrEqual(Math.max(0.02, droppedFrames / 270));
  expect(Math.abs(leads[leads.length >> 1]!)).toBeLessThan(45_000);
  await bench.page.evaluate(() => granPreview.close());
});
