/** The page watches over the engine: what breaks it costs one export, never the file that was there, and never the page. */
import { longFilm, MP4, shot, timeline } from './films.ts';
import { Bench, expect, test as base, type Outcome } from './harness.ts';

const LOST = 'The export engine stopped unexpectedly and was started again';
const MEMORY = 'The exporter ran out of memory. Close other tabs or export at a smaller size, then try again.';
const BEFORE = 'the film of last week';
const SILENCE_MS = 15_000;

const LONG = longFilm(60);
const SHORT = timeline([shot('only', 'silent.mp4', [0, 0.5], 0.5)]);

// A page of its own for each: what is broken here must not be what another test finds.
const test = base.extend<{ bench: Bench }>({
  bench: async ({ browser, baseURL }, use) => {
    const bench = await Bench.open(browser, baseURL!);
    await bench.start();
    await use(bench);
    await bench.close();
  },
});

/** Exports over an existing file and does `act` once pictures come. */
async function exportAnd(bench: Bench, act: () => Promise<unknown>): Promise<Outcome> {
  const name = bench.name();
  await bench.page.evaluate(([name, text]) => granDriver.write(name!, text!), [name, BEFORE]);
  const from = (await bench.log()).length;
  const running = bench.export({ timeline: LONG, settings: MP4, output: { $opfs: name } });
  await reachedFrame(bench, from);
  await act();
  return running;
}

async function reachedFrame(bench: Bench, from: number): Promise<void> {
  const isUnderWay = async (): Promise<boolean> =>
    (await bench.log(from)).some(({ message }) => message.type === 'progress' && (message.frame as { current: number }).current > 10);
  await expect.poll(isUnderWay, { timeout: 20_000, intervals: [20] }).toBe(true);
}

async function expectWorks(bench: Bench, folder: string): Promise<void> {
  const { outcome } = await bench.exportFile({ timeline: SHORT, settings: MP4 }, folder);
  expect(outcome.completed).toEqual({ frames: 15, durationMs: 500 });
}

test('an uncaught error in the worker', async ({ bench }, info) => {
  const outcome = await exportAnd(bench, () =>
    bench.page.workers()[0]!.evaluate(
      () =>
        void setTimeout(() =>
          Promise.resolve().then(() =>
            setTimeout(() => {
              throw new Error('Bang');
            }),
          ),
        ),
    ),
  );
  expect(outcome.error).toMatchObject({ message: LOST, recoverable: true, code: 'E_WORKER' });
  await expectWorks(bench, info.outputDir);
});

test('a worker that goes away without a word', async ({ bench }, info) => {
  const startedAt = Date.now();
  const outcome = await exportAnd(bench, () => bench.page.workers()[0]!.evaluate(() => void setTimeout(() => self.close())));
  expect(outcome.error).toMatchObject({ message: LOST, recoverable: true, code: 'E_WORKER' });
  expect(Date.now() - startedAt).toBeLessThan(SILENCE_MS + 15_000);
  await expectWorks(bench, info.outputDir);
});

test('no memory left', async ({ bench }, info) => {
  await bench.page.workers()[0]!.evaluate(() => {
    WebAssembly.Memory.prototype.grow = () => {
      throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory');
    };
  });
  // Far more to read than fits into what there is.
  const clips = Array.from({ length: 9000 }, (_, i) => ({
    ...shot(`c${i}`, 'silent.mp4', [i / 10, (i + 1) / 10], 0),
    name: 'x'.repeat(2000),
  }));
  const name = bench.name();
  await bench.page.evaluate(([name, text]) => granDriver.write(name!, text!), [name, BEFORE]);
  const outcome = await bench.export({ timeline: timeline(clips), settings: MP4, output: { $opfs: name } });
  expect(outcome.completed).toBeUndefined();
  expect([LOST, MEMORY]).toContain(outcome.error!.message);
  console.log(`    no memory left: ${outcome.error!.message}`);
  await expectWorks(bench, info.outputDir);
});

test('a page that the browser suspends for longer than silence is allowed', async ({ bench }) => {
  const session = await bench.context.newCDPSession(bench.page);
  const outcome = await exportAnd(bench, async () => {
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, SILENCE_MS + 3000));
    await session.send('Page.setWebLifecycleState', { state: 'active' });
  });
  expect(outcome.error).toBeUndefined();
  expect(outcome.completed).toEqual({ frames: 1800, durationMs: 60_000 });
});

test('a page that is loaded again in the middle of an export', async ({ bench }, info) => {
  const name = bench.name();
  await bench.page.evaluate(([name, text]) => granDriver.write(name!, text!), [name, BEFORE]);
  const from = (await bench.log()).length;
  const running = bench.export({ timeline: LONG, settings: MP4, output: { $opfs: name } }).catch(() => undefined);
  await reachedFrame(bench, from);
  await bench.page.reload();
  await running;
  await bench.page.evaluate(() => granDriver.boot());
  const kept = await bench.page.evaluate((name) => granDriver.read(name), name);
  expect(Buffer.from(kept, 'base64').toString()).toBe(BEFORE);
  expect(Object.keys(await bench.page.evaluate(() => granDriver.list()))).toEqual([name]);
  // The old worker's writer lets go of the file a moment after its page is gone.
  await expect
    .poll(
      () =>
        bench.page.evaluate(
          (name) =>
            granDriver.unlocked(name).then(
              () => true,
              () => false,
            ),
          name,
        ),
      { timeout: 5000 },
    )
    .toBe(true);
  await expectWorks(bench, info.outputDir);
});
