/** A cancel at any moment ends in the contract's own words, within a second, and leaves nothing behind. */
import { expectFrames, expectWorks, filmOf, longFilm, MP4, SHORT, WEBM } from './films.ts';
import { expect, PHASES, test, type Outcome, type When } from './harness.ts';

const CANCELLED = { name: 'ExportError', message: 'Export cancelled by user', recoverable: true, code: 'E_CANCELLED' };
const LIMIT_MS = 1000;

const LONG = longFilm(60);

/** The same moments every time: a failure can be looked at again. */
function* moments(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

function expectCancelled(outcome: Outcome): void {
  expect(outcome.completed).toBeUndefined();
  expect(outcome.error).toEqual(CANCELLED);
  expect(outcome.messages.at(-1)?.message).toEqual({ type: 'error', message: CANCELLED.message, recoverable: true });
  expect(outcome.cancelMs).toBeLessThanOrEqual(LIMIT_MS);
}

test('at ten moments, over nothing and over a file', async ({ bench }, info) => {
  const took: number[] = [];
  const random = moments(20_26);
  for (let i = 0; i < 10; i++) {
    const name = bench.name();
    if (i % 2) await bench.page.evaluate((name) => granDriver.write(name, 'the film of last week'), name);
    const cancel: When = { afterMs: Math.round(random.next().value! * 2500) };
    const outcome = await bench.export({ timeline: LONG, settings: MP4, output: { $opfs: name }, cancel, signal: i % 3 === 0 });
    await test.step(`after ${cancel.afterMs} ms`, () => expectCancelled(outcome));
    took.push(outcome.cancelMs!);
    if (i % 3 === 2) await expectWorks(bench, info.outputDir);
  }
  took.sort((a, b) => a - b);
  console.log(`    cancel took ${took.map(Math.round).join(', ')} ms`);
});

for (const phase of PHASES.slice(0, 3)) {
  test(`at the first report of ${phase}`, async ({ bench }, info) => {
    const outcome = await bench.export({ timeline: LONG, settings: WEBM, output: { $opfs: bench.name('webm') }, cancel: { phase } });
    expectCancelled(outcome);
    await expectWorks(bench, info.outputDir);
  });
}

test('at the first report of finalize the file is whole or gone, and the answer says which', async ({ bench }, info) => {
  for (let i = 0; i < 5; i++) {
    const name = bench.name();
    const outcome = await bench.export({ timeline: SHORT, settings: MP4, output: { $opfs: name }, cancel: { phase: 'finalize' } });
    if (!outcome.completed) {
      expectCancelled(outcome);
      continue;
    }
    const path = info.outputPath(name);
    await bench.save(name, path);
    await expectFrames(path, SHORT, MP4, outcome);
  }
});

test('once a stream is closing, its outcome decides', async ({ bench }) => {
  const output = { $stream: { closeDelayMs: 1500 } };
  const outcome = await bench.export({ timeline: SHORT, settings: MP4, output, cancel: { phase: 'finalize' } });
  const events = outcome.stream!.events.map(({ name }) => name);
  if (outcome.completed) expect(events.slice(-2)).toEqual(['close', 'closed']);
  else {
    expectCancelled(outcome);
    expect(events.at(-1)).toBe('abort');
    expect(events).not.toContain('close');
  }
});

test('at once, before anything was opened', async ({ bench }, info) => {
  const outcome = await bench.export({ timeline: LONG, settings: MP4, output: { $opfs: bench.name() }, cancel: { afterMs: 0 } });
  expectCancelled(outcome);
  await expectWorks(bench, info.outputDir);
});

test('while the disk hangs', async ({ bench }, info) => {
  test.setTimeout(30_000);
  // The film is smaller than a chunk: the one write comes when the container is finished, and never ends.
  const cancel: When = { phase: 'finalize', laterMs: 300 };
  const outcome = await bench.export({ timeline: SHORT, settings: MP4, output: { $stream: { stallAtWrite: true } }, cancel });
  expectCancelled(outcome);
  // A stream hears of an abort only once its write ends, and this one never does; but it must not hear of a close either.
  expect(outcome.stream!.events.map(({ name }) => name)).toEqual(['write']);
  await expectWorks(bench, info.outputDir);
});

test('with nothing to cancel nothing happens', async ({ bench }, info) => {
  const before = (await bench.log()).filter(({ sent }) => !sent).length;
  for (let i = 0; i < 3; i++) await bench.page.evaluate(() => granDriver.cancel());
  const wire = await bench.openWire();
  await wire.post({ type: 'cancel_export' });
  await wire.next(({ type }) => type === 'ready');
  await wire.post({ type: 'cancel_export' });
  await expectWorks(bench, info.outputDir);
  expect((await wire.messages()).map(({ type }) => type)).toEqual(['ready']);
  expect((await bench.log()).filter(({ sent }) => !sent).length).toBeGreaterThan(before);
  await wire.close();
});

test('a second cancel adds nothing, and an export right after works', async ({ bench }, info) => {
  const { frames } = filmOf(LONG, MP4);
  expect(frames).toBe(1800);
  const from = (await bench.log()).length;
  const running = bench.export({ timeline: LONG, settings: MP4, output: { $opfs: bench.name() }, cancel: { frame: 30 } });
  await expect.poll(async () => (await bench.log(from)).map(({ message }) => message.type)).toContain('cancel_export');
  await bench.page.evaluate(() => granDriver.cancel());
  expectCancelled(await running);
  await expectWorks(bench, info.outputDir);
});
