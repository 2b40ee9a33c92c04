/** The preview shows and plays what an export would make: the same frames, the same sound, at the same time. */
import { expect, test, type Bench, type Timeline } from './harness.ts';
import { SCENES } from './scenes.ts';

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

test('what is sought is seen, and is what is saved', async ({ bench }) => {
  await opened(bench);
  await show(bench, SCENES[0]!.timeline);
  await call(bench, 'seek', 300_000);
  await expect.poll(() => lastFrame(bench)).toBe(300_000);
  const [saved, seen] = await bench.page.evaluate(async () => [await granPreview.snapshot(300_000), await granPreview.seen()]);
  expect(seen).toBe(saved);
  expect((await told(bench)).problems).toEqual([]);
  await bench.page.evaluate(() => granPreview.close());
});
