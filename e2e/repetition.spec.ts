/** Fifty exports in one worker, good, cancelled and failed: memory stays, and the last is as fast as the first. */
import { MP4, shot, timeline } from './films.ts';
import { expect, test } from './harness.ts';
import { median, Memory, slope, type Sample } from './memory.ts';

const EXPORTS = 50;
const WARM_UP = 10;
const MIB_EACH = 0.5;

const FILM = timeline([
  shot('a', 'silent.mp4', [0, 0.5], 0.5),
  shot('b', 'long-gop.mp4', [0.5, 1], 1, { transform: { scale: { x: 0.5, y: 0.5 } } }),
]);
const BROKEN = timeline([shot('bad', 'corrupt.mp4', [0, 1], 0)]);
const SETTINGS = { ...MP4, width: 160, height: 90 };

test('fifty exports in a row', async ({ bench }) => {
  test.setTimeout(180_000);
  const memory = await Memory.of(bench.context);
  const samples: Sample[] = [];
  const took: number[] = [];
  for (let i = 0; i < EXPORTS; i++) {
    const name = bench.name();
    const kind = ['good', 'good', 'cancelled', 'good', 'failed'][i % 5]!;
    const outcome = await bench.export({
      timeline: kind === 'failed' ? BROKEN : FILM,
      settings: SETTINGS,
      output: { $opfs: name },
      ...(kind === 'cancelled' && { cancel: { frame: 5 } }),
    });
    if (kind === 'good') {
      expect(outcome.completed).toEqual({ frames: 30, durationMs: 1000 });
      took.push(outcome.ms);
    } else if (kind === 'failed') expect(outcome.error?.clipId).toBe('bad');
    if (outcome.completed) await bench.page.evaluate((name) => granDriver.remove(name), name);
    samples.push({ x: i, y: await memory.rendererMib() });
  }
  const settled = samples.slice(WARM_UP);
  const growth = slope(settled);
  const [first, last] = [median(took.slice(0, 10)), median(took.slice(-10))];
  console.log(`    ${growth.toFixed(2)} MiB each, ${first.toFixed(0)} ms at first, ${last.toFixed(0)} ms at last`);
  expect(growth, 'MiB that each export costs').toBeLessThanOrEqual(MIB_EACH);
  expect(last / first).toBeLessThanOrEqual(1.2);
});
