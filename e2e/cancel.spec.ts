/** A cancel at any moment ends in the contract's own words, within a second, and leaves nothing behind. */
import type { Fault } from './faults.ts';
import { expectFrames, expectWorks, filmOf, longFilm, MP4, SHORT, shot, SILENT, timeline, WEBM } from './films.ts';
import { expect, PHASES, test, type Outcome, type When } from './harness.ts';
import * as read from './read.ts';

const CANCELLED = { name: 'ExportError', message: 'Export cancelled by user', recoverable: true, code: 'E_CANCELLED' };
const LIMIT_MS = 1000;
/** Nine of ten. */
const USUAL_MS = 250;

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

test('at ten moments, over nothing and over a file', { tag: '@timed' }, async ({ bench }, info) => {
  test.setTimeout(120_000);
  const random = moments(20_26);
  const round = async (): Promise<number[]> => {
    const took: number[] = [];
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
    return took;
  };
  // What the exporter itself takes comes every time; what others do on the same cores comes and goes. So the best of three counts.
  let longest = Infinity;
  for (let attempt = 1; attempt <= 3 && longest > USUAL_MS; attempt++) longest = Math.min(longest, (await round()).at(-2)!);
  expect(longest).toBeLessThanOrEqual(USUAL_MS);
});

for (const phase of PHASES.slice(0, 3)) {
  test(`at the first report of ${phase}`, { tag: phase === 'encode' ? '@firefox' : [] }, async ({ bench }, info) => {
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
  const said = (await wire.messages()).map(({ type }) => type);
  expect(said.filter((type) => type !== 'loading')).toEqual(['ready']);
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

const HANGING: Readonly<Record<string, readonly [Fault, When]>> = {
  'a file that is being opened': [{ where: 'Blob.slice', how: 'block', ms: 0 }, { afterMs: 10 }],
  'a file whose first bytes do not come': [{ where: 'ReadableStreamDefaultReader.read', how: 'hang' }, { afterMs: 400 }],
  'a picture file that does not open': [{ where: 'createImageBitmap', how: 'hang' }, { afterMs: 400 }],
  'a decode': [{ where: 'VideoDecoder.output', at: 40, how: 'drop' }, { afterMs: 900 }],
  'the flush of a decoder': [{ where: 'VideoDecoder.flush', how: 'hang' }, { afterMs: 2000 }],
  'an encode': [{ where: 'VideoEncoder.encode', at: 10, how: 'hang' }, { afterMs: 900 }],
  'the flush of an encoder': [{ where: 'VideoEncoder.flush', at: 1, how: 'hang' }, { afterMs: 900 }],
  'the opening of the destination': [{ where: 'FileSystemFileHandle.createWritable', how: 'slow', ms: 2000 }, { afterMs: 600 }],
  'a write': [{ where: 'FileSystemWritableFileStream.write', how: 'hang' }, { afterMs: 900 }],
};

test('a cancel while something hangs is answered within a second, and the next export works', { tag: '@timed' }, async ({ bench }) => {
  test.setTimeout(90_000);
  const still = timeline([{ ...shot('only', 'still.png', [0, 1], 0), isImage: true }]);
  const ending = timeline([shot('only', 'long-gop.mp4', [0, 1], 5.5)]);
  const took: number[] = [];
  for (const [what, [fault, cancel]] of Object.entries(HANGING)) {
    await test.step(what, async () => {
      const film = fault.where === 'createImageBitmap' ? still : fault.where === 'VideoDecoder.flush' ? ending : SHORT;
      const name = bench.name();
      if (took.length % 2) await bench.page.evaluate((name) => granDriver.write(name, 'the film of last week'), name);
      const outcome = await bench.export({ timeline: film, settings: SILENT, output: { $opfs: name }, faults: [fault], cancel });
      expectCancelled(outcome);
      expect(outcome.audit.struck, 'the fault struck').toBeGreaterThan(0);
      took.push(outcome.cancelMs!);
      const next = await bench.export({ timeline: SHORT, settings: SILENT, output: { $opfs: bench.name() } });
      expect(next.completed).toEqual({ durationMs: 1000, frames: 30 });
      expect(next.worker, 'the same worker').toBe(outcome.worker);
    });
  }
  console.log(`    cancel took ${took.map(Math.round).join(', ')} ms`);
});

test(
  'a worker that cannot answer is ended after two seconds, its file tidied, and a fresh one serves',
  { tag: '@timed' },
  async ({ bench }) => {
    const faults: Fault[] = [{ where: 'VideoEncoder.encode', at: 10, how: 'block', ms: 20_000 }];
    for (const existing of [false, true]) {
      const name = bench.name();
      if (existing) await bench.page.evaluate((name) => granDriver.write(name, 'the film of last week'), name);
      const cancel: When = { afterMs: 2500 };
      const outcome = await bench.export({ timeline: SHORT, settings: SILENT, output: { $opfs: name }, faults, cancel });
      expect(outcome.error).toEqual(CANCELLED);
      // Two seconds of patience, and as long as the browser takes to let go of the file.
      expect(outcome.cancelMs).toBeGreaterThan(1900);
      expect(outcome.cancelMs).toBeLessThan(4500);
      const next = await bench.export({ timeline: SHORT, settings: SILENT, output: { $opfs: bench.name() } });
      expect(next.completed).toEqual({ durationMs: 1000, frames: 30 });
      expect(next.worker, 'another worker').not.toBe(outcome.worker);
    }
  },
);

test('a cancel that meets the commit: the file is whole or gone, and the answer says which', async ({ bench }, info) => {
  const ends = new Set<string>();
  for (let i = 0; i < 12; i++) {
    const name = bench.name();
    const cancel: When = { phase: 'finalize', laterMs: 15 * i };
    const faults: Fault[] = ['write', 'close'].map((step) => ({ where: `FileSystemWritableFileStream.${step}`, how: 'slow', ms: 100 }));
    const { completed, error } = await bench.export({ timeline: SHORT, settings: SILENT, output: { $opfs: name }, faults, cancel });
    ends.add(completed ? 'completed' : 'cancelled');
    if (error) expect(error).toEqual(CANCELLED);
    else {
      await bench.save(name, info.outputPath(name));
      expect((await read.probe(info.outputPath(name))).video[0]?.nb_read_frames).toBe('30');
    }
  }
  expect([...ends].sort(), 'both were met').toEqual(['cancelled', 'completed']);
});
