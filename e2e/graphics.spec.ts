/** PixiJS where the graphics card misbehaves: lost once, lost for good, not there at all; and that it keeps nothing. */
import type { Worker } from '@playwright/test';
import { executorOf, expect, test, warningsOf, type Bench, type Settings } from './harness.ts';
import { decoded, HEIGHT, ssim, WIDTH, type Picture } from './pixels.ts';
import { FRAMES, SCENES } from './scenes.ts';

const SETTINGS: Settings = {
  width: WIDTH,
  height: HEIGHT,
  fps: 30,
  codec: 'avc',
  bitrate: 20_000_000,
  container: 'mp4',
  audio: false,
  executor: 'pixi',
};
/** A clip on a sheet of its own, under a text: most kinds of texture at once. */
const FILM = SCENES.find(({ name }) => name === 'half seen, flipped, in a corner')!;
const BLURRED = SCENES.find(({ name }) => name === 'blur over the whole frame')!;

interface Trouble {
  /** Frames, counted from 1, whose reading back finds the context lost. */
  readonly lostAt?: readonly number[];
  readonly always?: boolean;
  readonly noWebgl?: boolean;
  /** The name of a card that stands where the processor does the work. */
  readonly card?: string;
}

function exporter(bench: Bench): Worker {
  return bench.page.workers().findLast((worker) => worker.url().endsWith('/export-worker.js'))!;
}

/** Makes trouble in the worker until `mended`, and counts textures. */
async function trouble(bench: Bench, kind: Trouble): Promise<void> {
  await exporter(bench).evaluate(({ lostAt = [], always = false, noWebgl = false, card }) => {
    const scope = self as unknown as { mend: () => void; textures: number; most: number; losses: number };
    const gl = WebGL2RenderingContext.prototype;
    const { readPixels, getParameter, createTexture, deleteTexture } = gl;
    const { getContext } = OffscreenCanvas.prototype;
    [scope.textures, scope.most, scope.losses] = [0, 0, 0];
    let frame = 0;
    gl.readPixels = function (this: WebGL2RenderingContext, ...args: unknown[]) {
      // The small ones are trials.
      if ((args[2] as number) > 100) {
        frame++;
        if (always || lostAt.includes(frame)) {
          scope.losses++;
          this.getExtension('WEBGL_lose_context')!.loseContext();
        }
      }
      return (readPixels as (...args: unknown[]) => void).apply(this, args);
    };
    gl.getParameter = function (name) {
      return card && name === 0x9246 ? card : getParameter.call(this, name);
    };
    gl.createTexture = function () {
      scope.most = Math.max(scope.most, ++scope.textures);
      return createTexture.call(this);
    };
    gl.deleteTexture = function (texture) {
      if (texture) scope.textures--;
      return deleteTexture.call(this, texture);
    };
    OffscreenCanvas.prototype.getContext = function (this: OffscreenCanvas, kind: string, options?: Record<string, unknown>) {
      if (noWebgl && kind.startsWith('webgl')) return null;
      const asked = card && options ? { ...options, failIfMajorPerformanceCaveat: false } : options;
      return (getContext as (kind: string, options?: unknown) => unknown).call(this, kind, asked);
    } as typeof getContext;
    scope.mend = () => {
      Object.assign(gl, { readPixels, getParameter, createTexture, deleteTexture });
      OffscreenCanvas.prototype.getContext = getContext;
    };
  }, kind);
}

function mended(bench: Bench): Promise<{ losses: number; textures: number; most: number }> {
  return exporter(bench).evaluate(() => {
    const scope = self as unknown as { mend: () => void; textures: number; most: number; losses: number };
    scope.mend();
    return { losses: scope.losses, textures: scope.textures, most: scope.most };
  });
}

async function expectScene(path: string, reference: Picture[]): Promise<void> {
  const pictures = await decoded(path);
  expect(pictures).toHaveLength(FRAMES);
  for (const [index, picture] of pictures.entries())
    expect(ssim(picture, reference[Math.min(index, reference.length - 1)]!), `frame ${index}`).toBeGreaterThanOrEqual(0.98);
}

test('a context that is lost is replaced, and no frame of the film shows it', async ({ bench }, info) => {
  await trouble(bench, { lostAt: [3, 4, 9] });
  const { path, outcome } = await bench.exportFile({ timeline: FILM.timeline, settings: SETTINGS }, info.outputDir);
  expect(await mended(bench)).toMatchObject({ losses: 3 });
  expect(executorOf(outcome)).toBe('pixi');
  expect(warningsOf(outcome)).toEqual([]);
  await expectScene(path, await FILM.reference());
});

test('a card that is lost again and again ends the export, and says so', async ({ bench }) => {
  await trouble(bench, { always: true });
  const { error } = await bench.export({ timeline: FILM.timeline, settings: SETTINGS, output: { $opfs: bench.name() } });
  expect(error).toMatchObject({ recoverable: false });
  expect(error!.message).toMatch(/^The graphics card was lost 6 times\. .* Choose the executor “2d”\.$/);
});

test('auto takes the card, and goes on without it when it is lost for good', async ({ bench }, info) => {
  const settings: Settings = { ...SETTINGS, executor: 'auto' };
  await trouble(bench, { card: 'ANGLE (Some Maker, A Real Card, Direct3D11)', lostAt: [5, 6, 7, 8, 9, 10] });
  const { path, outcome } = await bench.exportFile({ timeline: FILM.timeline, settings }, info.outputDir);
  expect(await mended(bench)).toMatchObject({ losses: 6 });
  expect(executorOf(outcome)).toBe('2d');
  expect(warningsOf(outcome)).toMatchObject([{ code: 'executor-fallback', message: expect.stringMatching(/without the graphics card/) }]);
  await expectScene(path, await FILM.reference());
});

test('auto leaves a processor that plays the card alone', async ({ bench }, info) => {
  const { outcome } = await bench.exportFile({ timeline: FILM.timeline, settings: { ...SETTINGS, executor: 'auto' } }, info.outputDir);
  expect(executorOf(outcome)).toBe('2d');
  expect(warningsOf(outcome)).toEqual([]);
});

test('where there is no WebGL, PixiJS is refused by name before anything is written', async ({ bench }) => {
  await trouble(bench, { noWebgl: true });
  const { error } = await bench.export({ timeline: FILM.timeline, settings: SETTINGS, output: { $opfs: bench.name() } });
  await mended(bench);
  expect(error).toMatchObject({ recoverable: true, code: 'E_UNSUPPORTED' });
  expect(error!.message).toMatch(/WebGL.* Choose “auto” or “2d” as executor\.$/);
});

test('textures are reused from frame to frame, and given back', async ({ bench }, info) => {
  const counts: number[] = [];
  for (const [frames, { timeline }] of [
    [FRAMES, BLURRED],
    [FRAMES / 4, BLURRED],
  ] as const) {
    await trouble(bench, {});
    const range = { startUs: 0, durationUs: Math.round((frames * 1e6) / 30) };
    await bench.exportFile({ timeline, settings: { ...SETTINGS, range } }, info.outputDir);
    const { textures, most } = await mended(bench);
    counts.push(most, textures);
  }
  console.log(`    textures: ${counts.join(', ')}`);
  expect(counts[0], 'at the most, whatever the length').toBe(counts[2]);
  expect(counts[0]).toBeLessThan(24);
});
