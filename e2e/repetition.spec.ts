/** Fifty exports in one worker, good, cancelled and failed: memory stays, and the last is as fast as the first. */
import { MP4, shot, timeline, WEBM } from './films.ts';
import { expect, test, type Settings } from './harness.ts';
import { median, Memory, slope, type Sample } from './memory.ts';

const EXPORTS = 50;
const WARM_UP = 10;
/** What is left once garbage is collected; without that, collectors that come when they like make it up to 0.65 (docs/soak.md). */
const MIB_EACH = 0.5;
const SLOWER = 1.2;
/** From the message to the first frame that comes out of the encoder. */
const FIRST_FRAME_MS = 300;

const FILM = timeline([
  shot('a', 'silent.mp4', [0, 0.5], 0.5),
  shot('b', 'long-gop.mp4', [0.5, 1], 1, { transform: { scale: { x: 0.5, y: 0.5 } } }),
]);
const BROKEN = timeline([shot('bad', 'corrupt.mp4', [0, 1], 0)]);
const KINDS = ['good', 'good', 'cancelled', 'good', 'failed'] as const;
const SETTINGS: readonly Settings[] = [MP4, WEBM].map((settings) => ({ ...settings, width: 160, height: 90 }));

test('fifty exports in a row', { tag: '@timed' }, async ({ bench }) => {
  test.setTimeout(180_000);
  const memory = await Memory.of(bench.context);
  const samples: Sample[] = [];
  const took: number[] = [];
  const waited: number[] = [];
  for (let i = 0; i < EXPORTS; i++) {
    const kind = KINDS[i % KINDS.length]!;
    const settings = SETTINGS[i % SETTINGS.length]!;
    const name = bench.name(settings.container);
    const outcome = await bench.export({
      timeline: kind === 'failed' ? BROKEN : FILM,
      settings,
      output: { $opfs: name },
      ...(kind === 'cancelled' && { cancel: { frame: 5 } }),
    });
    if (kind === 'good') {
      expect(outcome.completed).toEqual({ frames: 30, durationMs: 1000 });
      took.push(outcome.ms);
      waited.push(outcome.audit.most['VideoEncoder first output, ms']!); // of the last encoder: the first one was its trial
    } else if (kind === 'failed') expect(outcome.error?.clipId).toBe('bad');
    if (outcome.completed) await bench.page.evaluate((name) => granDriver.remove(name), name);
    await bench.collectGarbage();
    samples.push({ x: i, y: await memory.rendererMib() });
  }
  const growth = slope(samples.slice(WARM_UP));
  const [first, last] = [median(took.slice(0, 10)), median(took.slice(-10))];
  console.log(`    ${growth.toFixed(2)} MiB each, ${first.toFixed(0)} ms at first, ${last.toFixed(0)} ms at last`);
  const firstFrame = median(waited.slice(-5));
  console.log(`    first frame encoded ${firstFrame.toFixed(0)} ms after init_export`);
  expect(firstFrame, 'ms to the first frame in a warm worker').toBeLessThanOrEqual(FIRST_FRAME_MS);
  expect(growth, 'MiB that each export costs').toBeLessThanOrEqual(MIB_EACH);
  expect(last / first).toBeLessThanOrEqual(SLOWER);
});
