/**
 * Twenty tracks of sound at once, out of one WAV of three hours: it is never decoded whole, and memory does not grow with the film.
 * Three hours of it in `make soak`; two minutes in every run, which a whole decode would not pass.
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test } from '@playwright/test';
import type { Settings } from './harness.ts';
import { floors, Memory, slope, type Sample } from './memory.ts';

const MINUTES = Number(process.env.GRAN_SOUND_SOAK_MINUTES ?? 2);
const TRACKS = 20;
const RATE_HZ = 48_000;
const HOURS = 3;
/** MiB for each minute of film. Twenty tracks decoded whole take 460; in two minutes the collectors' habits alone have made 32, so a fifth of it is what they can show. */
const LIMIT = MINUTES > 3 ? 1.5 : 92;
/** Stretches of the film of which the least is looked at: collectors come when they like. */
const STRETCHES = 12;
/** Caches fill, heaps find their size. */
const WARM_UP = 0.3;
const FPS = 5;

const SETTINGS: Settings = {
  width: 64,
  height: 64,
  fps: FPS,
  codec: 'vp8',
  bitrate: 100_000,
  container: 'webm',
  audio: { codec: 'opus', bitrate: 64_000, sampleRate: RATE_HZ, channels: 2 },
};

/** Three hours of silence that take no place on the disk, with a tone of a second at every tenth minute. */
async function makeWav(path: string): Promise<void> {
  const bytes = HOURS * 3600 * RATE_HZ * 4;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(RATE_HZ, 24);
  header.writeUInt32LE(4 * RATE_HZ, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  const tone = Buffer.alloc(4 * RATE_HZ);
  for (let n = 0; n < RATE_HZ; n++) {
    const sample = Math.round(1000 * Math.sin((2 * Math.PI * 440 * n) / RATE_HZ));
    tone.writeInt16LE(sample, 4 * n);
    tone.writeInt16LE(sample, 4 * n + 2);
  }
  const file = await open(path, 'w');
  try {
    await file.write(header, 0, header.length, 0);
    for (let minute = 0; minute < HOURS * 60; minute += 10) await file.write(tone, 0, tone.length, 44 + minute * 60 * RATE_HZ * 4);
    await file.truncate(44 + bytes);
  } finally {
    await file.close();
  }
}

/** Each track plays the WAV from a place of its own, in clips of half a minute. */
function tracks(minutes: number): unknown[] {
  const range = (startUs: number, durationUs: number): unknown => ({ startUs, durationUs });
  const whole = range(0, minutes * 60e6);
  const picture = {
    kind: 'clip',
    clipType: 'background',
    id: 'picture',
    timelineRange: whole,
    sourceRange: whole,
    backgroundColor: '#336699',
  };
  const latest = HOURS * 60 - minutes;
  const sounds = Array.from({ length: TRACKS }, (_, t) => ({
    id: `sound-${t}`,
    kind: 'audio',
    items: Array.from({ length: 2 * minutes }, (_, i) => ({
      kind: 'clip',
      clipType: 'media',
      id: `${t}-${i}`,
      source: { path: 'hours.wav' },
      timelineRange: range(i * 30e6, 30e6),
      sourceRange: range(Math.round((latest * 60e6 * t) / TRACKS) + i * 30e6, 30e6),
      audioGain: 0.5,
    })),
  }));
  return [{ id: 'pictures', kind: 'video', items: [picture] }, ...sounds];
}

test(`${MINUTES} minutes of ${TRACKS} tracks out of ${HOURS} hours of sound`, { tag: '@timed' }, async ({ browserName }, info) => {
  test.setTimeout(MINUTES > 3 ? 3 * 3_600_000 : 180_000);
  expect(browserName).toBe('chromium');
  const folder = await mkdtemp(join(tmpdir(), 'gran-sound-'));
  await makeWav(join(folder, 'hours.wav'));
  const { baseURL, launchOptions } = info.project.use;
  // A profile on the disk: an incognito window keeps its private files in memory.
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    ...launchOptions,
    baseURL: baseURL!,
  });
  try {
    const page = await context.newPage();
    await page.goto('/LICENSE');
    await page.setContent('<input type="file">');
    await page.locator('input').setInputFiles(join(folder, 'hours.wav'));
    await page.evaluate(
      async ({ tracks, settings }) => {
        const { ExportWorkerClient } = await import(new URL('/export-worker-client.js', location.href).href);
        const client = new ExportWorkerClient();
        const state = { frame: 0, ended: '', heap: [] as number[] };
        Object.assign(globalThis, { soak: state });
        const output = await (await navigator.storage.getDirectory()).getFileHandle('soak', { create: true });
        const sources = { 'hours.wav': document.querySelector('input')!.files![0]! };
        client
          .export(
            { timeline: { timebase: { fps: 30 }, tracks, sources }, settings, output },
            {
              onProgress: (message: any) => (state.frame = message.frame.current),
              onTelemetry: (message: any) => state.heap.push(message.peakHeapBytes ?? 0),
            },
          )
          .then(
            () => (state.ended = 'completed'),
            (error: Error) => (state.ended = error.message),
          );
      },
      { tracks: tracks(MINUTES), settings: SETTINGS },
    );
    const memory = await Memory.of(context);
    const samples: Sample[] = [];
    const collect = (): void => (globalThis as any).gc();
    const startedAt = Date.now();
    let state: { frame: number; ended: string };
    do {
      await Promise.all([page.evaluate(collect), ...page.workers().map((worker) => worker.evaluate(collect).catch(() => undefined))]);
      state = await page.evaluate(() => (globalThis as any).soak);
      if (state.frame > 0 && !state.ended) samples.push({ x: state.frame / FPS / 60, y: await memory.rendererMib() });
      await new Promise((resolve) => setTimeout(resolve, MINUTES > 3 ? 5000 : 500));
    } while (!state.ended);
    expect(state.ended).toBe('completed');
    const settled = samples.filter(({ x }) => x > WARM_UP * Math.min(MINUTES, 10));
    expect(settled.length).toBeGreaterThan(20);
    const growth = slope(floors(settled, STRETCHES));
    const sizes = settled.map(({ y }) => y);
    const seconds = (Date.now() - startedAt) / 1000;
    console.log(
      `    ${growth.toFixed(2)} MiB a minute (${Math.min(...sizes).toFixed(0)} to ${Math.max(...sizes).toFixed(0)} MiB), ${((60 * MINUTES) / seconds).toFixed(1)} x real time`,
    );
    expect(growth).toBeLessThanOrEqual(LIMIT);
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  }
});
