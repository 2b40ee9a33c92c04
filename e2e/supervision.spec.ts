/** The page watches over the engine: what breaks it costs one export, never the file that was there, and never the page. */
import type { Worker } from '@playwright/test';
import type { Fault } from './faults.ts';
import { expectFrames, longFilm, MP4, shot, timeline } from './films.ts';
import { Bench, expect, test as base, type Outcome } from './harness.ts';

const LOST = 'The export engine stopped unexpectedly and was started again';
const MEMORY = 'The exporter ran out of memory. Close other tabs or export at a smaller size, then try again.';
const BEFORE = 'the film of last week';
const SILENCE_MS = 15_000;

const LONG = longFilm(60);
const SHORT = timeline([shot('only', 'silent.mp4', [0, 0.5], 0.5)]);

// Not the page of the other files: what is broken here must not be what they find.
const test = base.extend<{ fresh: Bench }, { broken: Bench }>({
  /** One page for all whose damage ends with a worker. */
  broken: [
    async ({ browser }, use, { project }) => {
      const bench = await Bench.open(browser, project.use.baseURL!);
      await bench.start();
      // With another worker in the page the engine stays compiled, and one that takes another's place is up in a third of the time.
      const wire = await bench.openWire();
      await wire.next(({ type }) => type === 'ready');
      await use(bench);
      await bench.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  /** A page of its own. */
  fresh: async ({ browser, baseURL }, use) => {
    const bench = await Bench.open(browser, baseURL!);
    await bench.start();
    await use(bench);
    await bench.close();
  },
});

/** The client's own worker, of its time. */
async function engineOf(bench: Bench): Promise<Worker> {
  for (const worker of bench.page.workers()) if (await worker.evaluate(() => self.name.startsWith('gran-export'))) return worker;
  throw new Error('the client has no worker');
}

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

test('an uncaught error in the worker', async ({ broken: bench }, info) => {
  const worker = await engineOf(bench);
  const outcome = await exportAnd(bench, () =>
    worker.evaluate(
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

test('a worker that goes away without a word', async ({ broken: bench }, info) => {
  const startedAt = Date.now();
  const worker = await engineOf(bench);
  const outcome = await exportAnd(bench, () => worker.evaluate(() => void setTimeout(() => self.close())));
  expect(outcome.error).toMatchObject({ message: LOST, recoverable: true, code: 'E_WORKER' });
  expect(Date.now() - startedAt).toBeLessThan(SILENCE_MS + 15_000);
  await expectWorks(bench, info.outputDir);
});

test('no memory left', async ({ broken: bench }, info) => {
  const worker = await engineOf(bench);
  await worker.evaluate(() => {
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

test('a mistake in the engine itself: told as one, and the next export works', async ({ broken: bench }, info) => {
  const name = bench.name();
  await bench.page.evaluate(([name, text]) => granDriver.write(name!, text!), [name, BEFORE]);
  // Nothing where the browser promises a file: Python stumbles.
  const faults: Fault[] = [{ where: 'FileSystemFileHandle.getFile', how: 'lie' }];
  const { error } = await bench.export({ timeline: SHORT, settings: MP4, output: { $opfs: name }, faults });
  const message = 'The exporter failed in a way that it should not (AttributeError). Reload the page to try again.';
  expect(error).toEqual({ name: 'ExportError', message, recoverable: false, code: 'E_ENGINE' });
  await expectWorks(bench, info.outputDir);
});

test(
  'two tabs that export to one file: the second is refused, and the film of the first is whole',
  { tag: '@firefox' },
  async ({ broken: bench }, info) => {
    const other = await Bench.in(bench.context, Bench, bench.address);
    await other.start();
    const output = { $opfs: bench.name() };
    const from = (await bench.log()).length;
    // Longer than the second tab takes to be refused, by as much as it likes.
    const ms = info.project.name === 'firefox' ? 6000 : 1500;
    const faults: Fault[] = [{ where: 'FileSystemWritableFileStream.close', how: 'slow', ms }];
    const running = bench.export({ timeline: SHORT, settings: MP4, output, faults });
    await expect
      .poll(async () => (await bench.log(from)).some(({ message }) => message.phase === 'encode'), { intervals: [20] })
      .toBe(true);
    const taken = 'The file is being written by another tab or program. Close it there, or save under another name.';
    const refused = await other.refused({ timeline: LONG, settings: MP4, output });
    expect(refused).toMatchObject({ message: taken, recoverable: true, code: 'E_PERMISSION' });
    expect((await running).completed).toEqual({ frames: 15, durationMs: 500 });
    await bench.save(output.$opfs, info.outputPath('film.mp4'));
    await expectFrames(info.outputPath('film.mp4'), SHORT, MP4, await running);
    await expectWorks(other, info.outputDir);
    await other.page.close();
  },
);

test('a page that is hidden, and whose timers hardly come any more, exports and cancels as ever', async ({ fresh: bench }, info) => {
  type Timer = (act: TimerHandler, ms: number) => number;
  await bench.page.evaluate(() => {
    const once: Timer = window.setTimeout.bind(window);
    const again: Timer = window.setInterval.bind(window);
    const throttled = (after: Timer) => (act: TimerHandler, ms?: number) => after(act, Math.max(60_000, ms ?? 0));
    Object.assign(window, { setTimeout: throttled(once), setInterval: throttled(again) });
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
    Object.defineProperty(document, 'hidden', { value: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expectWorks(bench, info.outputDir);
  const { completed, stream } = await bench.export({ timeline: SHORT, settings: MP4, output: { $stream: {} } });
  expect(completed).toEqual({ frames: 15, durationMs: 500 });
  expect(stream!.events.at(-1)!.name).toBe('closed');
  const from = (await bench.log()).length;
  const running = bench.export({ timeline: LONG, settings: MP4, output: { $opfs: bench.name() } });
  await reachedFrame(bench, from);
  const cancelledAt = Date.now();
  await bench.page.evaluate(() => granDriver.cancel());
  expect((await running).error).toMatchObject({ message: 'Export cancelled by user', recoverable: true });
  expect(Date.now() - cancelledAt).toBeLessThan(2000);
});

test('a page that the browser suspends for longer than silence is allowed', async ({ broken: bench }) => {
  const session = await bench.context.newCDPSession(bench.page);
  const outcome = await exportAnd(bench, async () => {
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, SILENCE_MS + 3000));
    await session.send('Page.setWebLifecycleState', { state: 'active' });
  });
  expect(outcome.error).toBeUndefined();
  expect(outcome.completed).toEqual({ frames: 1800, durationMs: 60_000 });
});

test('a page that is loaded again in the middle of an export', async ({ broken: bench }, info) => {
  const name = bench.name();
  await bench.page.evaluate(([name, text]) => granDriver.write(name!, text!), [name, BEFORE]);
  const names = Object.keys(await bench.page.evaluate(() => granDriver.list()));
  const from = (await bench.log()).length;
  const running = bench.export({ timeline: LONG, settings: MP4, output: { $opfs: name } }).catch(() => undefined);
  await reachedFrame(bench, from);
  await bench.page.reload();
  await running;
  await bench.page.evaluate(() => granDriver.boot());
  const kept = await bench.page.evaluate((name) => granDriver.read(name), name);
  expect(Buffer.from(kept, 'base64').toString()).toBe(BEFORE);
  expect(Object.keys(await bench.page.evaluate(() => granDriver.list()))).toEqual(names);
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
