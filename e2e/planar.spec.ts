/** What is mixed as planes looks as if a canvas had drawn it. */
import { shot, timeline } from './films.ts';
import { expect, test, type Bench, type Settings, type Timeline } from './harness.ts';
import { decoded, HEIGHT, ssim, WIDTH, type Picture } from './pixels.ts';

/** Far more than the pictures need: what differs then is not the codec's doing. */
const SETTINGS: Settings = { width: WIDTH, height: HEIGHT, fps: 30, codec: 'avc', bitrate: 20_000_000, container: 'mp4', audio: false };
const FRAMES = 15;
/** Of 255, one level of which is the codec's. */
const MEAN = 1;
const ALMOST_ALL = 3;
/** Edges between px: a canvas places them to a quarter px, planes to what is asked for; and colours are scaled at half the size. */
const LIKENESS = 0.99;

const half = { transform: { scale: { x: 0.5, y: 0.5 }, position: { x: 60, y: 30 } } };
const slanted = { transform: { scale: { x: 0.37, y: 0.37 }, position: { x: -41.5, y: 20.25 } }, opacity: 0.8 };
const dissolve = { transitionIn: { type: 'dissolve', durationUs: 300_000, mode: 'blend' } };
const wipe = { transitionIn: { type: 'wipe', durationUs: 300_000, mode: 'blend', direction: 'left' } };
const slide = { transitionIn: { type: 'slide', durationUs: 300_000, mode: 'composite', direction: 'up' } };
const title = {
  kind: 'clip',
  clipType: 'text',
  id: 'title',
  timelineRange: { startUs: 0, durationUs: 500_000 },
  text: 'Über den Film',
  style: { fontSize: 28, color: '#ffcc00', backgroundColor: '#00336680', padding: 6 },
  opacity: 0.9,
};

const FILMS: Record<string, Timeline> = {
  'insets and a title': timeline(
    [title as never],
    [shot('small', 'silent.mp4', [0, 0.5], 0.4, slanted)],
    [shot('large', 'silent.mp4', [0, 0.5], 1, half)],
    [shot('base', 'long-gop.mp4', [0, 0.5], 2)],
  ),
  'an inset over the background': timeline([shot('inset', 'long-gop.mp4', [0, 0.5], 1, slanted)]),
  'a dissolve': timeline([shot('a', 'long-gop.mp4', [0, 0.2], 1), shot('b', 'silent.mp4', [0.2, 0.5], 1, dissolve as never)]),
  'a wipe': timeline([shot('a', 'long-gop.mp4', [0, 0.2], 1), shot('b', 'silent.mp4', [0.2, 0.5], 1, wipe as never)]),
  'a slide over a film': timeline([shot('b', 'silent.mp4', [0.2, 0.5], 1, slide as never)], [shot('a', 'long-gop.mp4', [0, 0.5], 1)]),
};

async function drawnBy(bench: Bench, executor: 'auto' | '2d', film: Timeline, folder: string) {
  const { path, outcome } = await bench.exportFile({ timeline: film, settings: { ...SETTINGS, executor } }, folder);
  const told = outcome.messages.map(({ message }) => message).findLast(({ type }) => type === 'telemetry');
  return { pictures: await decoded(path), executor: String((told as { executor?: string } | undefined)?.executor) };
}

function differences(one: Picture, other: Picture): { mean: number; almostAll: number } {
  const counts = new Uint32Array(256);
  for (let i = 0; i < one.length; i++) counts[Math.abs(one[i]! - other[i]!)]!++;
  let [sum, seen, almostAll] = [0, 0, 0];
  for (let level = 0; level < 256; level++) {
    sum += level * counts[level]!;
    if (seen < 0.96 * one.length) almostAll = level;
    seen += counts[level]!;
  }
  return { mean: sum / one.length, almostAll };
}

for (const [name, film] of Object.entries(FILMS)) {
  test(name, async ({ bench }, info) => {
    const planes = await drawnBy(bench, 'auto', film, info.outputDir);
    const canvas = await drawnBy(bench, '2d', film, info.outputDir);
    expect(planes.executor).toMatch(/planar/);
    expect(canvas.executor).toBe('2d');
    expect(planes.pictures).toHaveLength(FRAMES);
    const found = planes.pictures.map((picture, index) => differences(picture, canvas.pictures[index]!));
    const [mean, almostAll] = [Math.max(...found.map((each) => each.mean)), Math.max(...found.map((each) => each.almostAll))];
    const likeness = Math.min(...[0, 7, 11].map((index) => ssim(planes.pictures[index]!, canvas.pictures[index]!)));
    console.log(
      `    ${name}: ${planes.executor}; off by ${mean.toFixed(2)} in the mean, ${almostAll} in 96 % of the px, SSIM ${likeness.toFixed(4)}`,
    );
    expect.soft(likeness, 'SSIM of luma').toBeGreaterThanOrEqual(LIKENESS);
    expect.soft(mean, 'mean difference, worst frame').toBeLessThanOrEqual(MEAN);
    expect.soft(almostAll, 'difference of 96 % of the px, worst frame').toBeLessThanOrEqual(ALMOST_ALL);
  });
}
