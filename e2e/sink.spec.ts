/** Handle, stream and port: the three forms of a destination, each committed before `completed` and dropped after anything else. */
import { stat, writeFile } from 'node:fs/promises';
import type { Fault } from './faults.ts';
import { CUTS, expectFrames, expectWorks, MP4, SHORT, shot, SILENT, timeline, WEBM } from './films.ts';
import { expect, test, type Outcome, type Settings, type SinkEvent, type Wire } from './harness.ts';
import * as read from './read.ts';

/** What 16 MiB chunks leave of a small film: one write, or a few when the container goes back. */
const names = (outcome: Outcome): SinkEvent[] => outcome.stream!.events.map(({ name }) => name);

test('a stream gets the whole film, without holes, and is closed before completed', async ({ bench }, info) => {
  for (const settings of [MP4, WEBM]) {
    const outcome = await bench.export({ timeline: CUTS, settings, output: { $stream: { closeDelayMs: 2000 } } });
    expect(outcome.error).toBeUndefined();
    expect(names(outcome).slice(-2)).toEqual(['close', 'closed']);
    expect(names(outcome)).not.toContain('abort');
    const { stream, messages } = outcome;
    const closedAt = stream!.events.at(-1)!.at;
    const completed = messages.find(({ message }) => message.type === 'completed')!;
    expect(completed.at, 'completed comes after the stream was closed').toBeGreaterThanOrEqual(closedAt);
    const early = messages.filter(({ at, message }) => at < closedAt && message.type === 'progress' && message.percent === 100);
    expect(early, '100 % before the commit').toEqual([]);
    expect(stream!.holes).toBe(0);
    const bytes = Buffer.from(stream!.bytes, 'base64');
    expect(bytes.length).toBe(stream!.size);
    const path = info.outputPath(`stream.${settings.container}`);
    await writeFile(path, bytes);
    await expectFrames(path, CUTS, settings, outcome);
  }
});

test('a slow stream gets the same film as a fast one, never more than two writes ahead', async ({ bench }, info) => {
  const prints: unknown[] = [];
  for (const spec of [{}, { writeDelayMs: 300 }]) {
    const { stream, error } = await bench.export({ timeline: SHORT, settings: MP4, output: { $stream: spec } });
    expect(error).toBeUndefined();
    let [ahead, most] = [0, 0];
    for (const { name } of stream!.events) {
      if (name === 'write') most = Math.max(most, ++ahead);
      if (name === 'written') ahead--;
    }
    expect(most).toBeLessThanOrEqual(2);
    const path = info.outputPath(`${prints.length}.mp4`);
    await writeFile(path, Buffer.from(stream!.bytes, 'base64'));
    prints.push({ ...(await read.fingerprint(path)), size: stream!.size });
  }
  expect(prints[1]).toEqual(prints[0]);
});

const FULL = 'The disk is full. Free some space and export again.';
const WITHDRAWN = 'Access to the file ended. Choose where to save again.';
const GONE = 'The file or its folder is gone. Choose where to save again.';
const TAKEN = 'The file is being written by another tab or program. Close it there, or save under another name.';
const OTHER = 'The file could not be written (The device is busy). Try again, or save somewhere else.';

/** What a write, or the close, is refused with; and what a person reads. */
const REFUSALS: readonly (readonly [name: string, message: string, code: string])[] = [
  ['QuotaExceededError', FULL, 'E_DISK'],
  ['NotAllowedError', WITHDRAWN, 'E_PERMISSION'],
  ['NotFoundError', GONE, 'E_PERMISSION'],
  ['InvalidStateError', OTHER, 'E_DISK'],
];

/** Asserts how an export ended, and that it did so within a second of the refusal. */
function expectRefused({ completed, error, messages }: Outcome, refusedAt: number | undefined, message: string, code: string): void {
  expect(completed).toBeUndefined();
  expect(error).toMatchObject({ message, recoverable: true, code });
  if (refusedAt !== undefined) expect(messages.at(-1)!.at - refusedAt).toBeLessThanOrEqual(1000);
}

for (const step of ['write', 'close'] as const) {
  test(`a file whose ${step} is refused: an error in plain words, and the file is as it was`, async ({ bench }) => {
    for (const [name, message, code] of REFUSALS) {
      for (const existing of [false, true]) {
        const file = bench.name();
        if (existing) await bench.page.evaluate((file) => granDriver.write(file, 'the film of last week'), file);
        const where = `FileSystemWritableFileStream.${step}`;
        const faults: Fault[] = [{ where, how: 'reject', name, message: 'The device is busy' }];
        const outcome = await bench.export({ timeline: SHORT, settings: SILENT, output: { $opfs: file }, faults });
        expectRefused(outcome, undefined, message, code);
        expect(outcome.audit.struck).toBeGreaterThan(0);
      }
    }
    await expectWorks(bench, test.info().outputDir);
  });

  test(`a stream whose ${step} is refused: an error within a second, in plain words`, async ({ bench }) => {
    for (const [failName, message, code] of REFUSALS) {
      const spec = { failName, failMessage: 'The device is busy', ...(step === 'write' ? { failAtWrite: 0 } : { failClose: true }) };
      const outcome = await bench.export({ timeline: SHORT, settings: SILENT, output: { $stream: spec } });
      expectRefused(outcome, outcome.stream!.events.find(({ name }) => name === 'failed')!.at, message, code);
      expect(names(outcome)).not.toContain('closed');
    }
    await expectWorks(bench, test.info().outputDir);
  });
}

test('a file that does not open: an error that says why', async ({ bench }) => {
  for (const [name, message, code] of REFUSALS) {
    const faults: Fault[] = [{ where: 'FileSystemFileHandle.createWritable', how: 'reject', name, message: 'The device is busy' }];
    const outcome = await bench.export({ timeline: SHORT, settings: SILENT, output: { $opfs: bench.name() }, faults });
    expectRefused(outcome, undefined, message, code);
  }
});

test('a file that another writer has open is left to it', async ({ bench }) => {
  const file = bench.name();
  await bench.page.evaluate((file) => granDriver.hold(file), file);
  // Nothing may be taken away from who has it open.
  const outcome = await bench.refused({ timeline: SHORT, settings: SILENT, output: { $opfs: file } });
  expect(outcome).toMatchObject({ message: TAKEN, recoverable: true, code: 'E_PERMISSION' });
  expect(await bench.page.evaluate((file) => granDriver.release(file), file)).toBe('theirs');
  await bench.page.evaluate((file) => granDriver.remove(file), file);
});

test('a film larger than a chunk goes to a slow file in turns, and is the same film', async ({ bench }, info) => {
  test.setTimeout(120_000);
  const settings: Settings = { ...SILENT, width: 640, height: 360, bitrate: 30_000_000 };
  const film = timeline([shot('once', 'noise.mp4', [0, 4], 0), shot('again', 'noise.mp4', [4, 5], 0)]);
  const prints: unknown[] = [];
  for (const ms of [0, 1500]) {
    const faults: Fault[] = [{ where: 'FileSystemWritableFileStream.write', how: 'slow', ms }];
    const { path, outcome } = await bench.exportFile({ timeline: film, settings, faults }, info.outputDir);
    expect(outcome.audit.most['FileSystemWritableFileStream writes'], 'chunks on their way').toBeLessThanOrEqual(2);
    expect(outcome.audit.most['WritableStreamDefaultWriter writes'], 'chunks that the muxer has ready').toBeLessThanOrEqual(2);
    // Both clips are open around the cut.
    expect(outcome.audit.most.VideoFrame, 'live frames').toBeLessThanOrEqual(2 * 16);
    prints.push(await read.fingerprint(path));
    console.log(`    ${((await stat(path)).size / 1e6).toFixed(1)} MB in ${(outcome.ms / 1000).toFixed(1)} s`);
  }
  expect(prints[1]).toEqual(prints[0]);
});

test('an existing file is replaced by a success, and only then', async ({ bench }, info) => {
  const name = bench.name();
  await bench.page.evaluate((name) => granDriver.write(name, 'x'.repeat(3_000_000)), name);
  const outcome = await bench.export({ timeline: SHORT, settings: MP4, output: { $opfs: name } });
  const path = info.outputPath(name);
  await bench.save(name, path);
  await expectFrames(path, SHORT, MP4, outcome);
});

test.describe('on the bare wire', () => {
  let wire: Wire;
  // One worker for all of them: whatever ends an export, the next one must work.
  test.beforeAll(async ({ sharedBench }) => {
    wire = await sharedBench.openWire();
  });
  test.afterAll(() => wire.close());

  test('a port is written to with acknowledgements, closed before completed', async ({ bench }, info) => {
    await wire.post({
      type: 'init_export',
      timeline: SHORT,
      settings: MP4,
      writablePort: { $port: { writeDelayMs: 20, closeDelayMs: 500 } },
    });
    const ended = await wire.ended();
    expect(ended).toEqual({ type: 'completed', durationMs: 1000, frames: 30 });
    const report = (await bench.page.evaluate(() => granDriver.streams())).at(-1)!;
    expect(report.events.at(-1)?.name).toBe('closed');
    const log = await bench.log();
    const said = log.findLast(({ message }) => message.type === 'completed')!;
    expect(said.at).toBeGreaterThanOrEqual(report.events.at(-1)!.at);
    const path = info.outputPath('port.mp4');
    await writeFile(path, Buffer.from(report.bytes, 'base64'));
    expect(await read.complaints(path)).toBe('');
    expect((await read.probe(path)).video[0]?.nb_read_frames).toBe('30');
  });

  for (const step of ['write', 'close'] as const) {
    test(`a port whose ${step} is refused: an error in plain words`, async () => {
      for (const [failName, message] of REFUSALS) {
        const spec = { failName, failMessage: 'The device is busy', ...(step === 'write' ? { failAtWrite: 0 } : { failClose: true }) };
        await wire.post({ type: 'init_export', timeline: SHORT, settings: SILENT, writablePort: { $port: spec } });
        expect(await wire.ended()).toEqual({ type: 'error', message, recoverable: true });
      }
    });
  }

  test('a transferred stream is taken too', async ({ bench }, info) => {
    await wire.post({ type: 'init_export', timeline: SHORT, settings: MP4, writablePort: { $stream: {} } });
    expect(await wire.ended()).toEqual({ type: 'completed', durationMs: 1000, frames: 30 });
    const last = async (): Promise<string> => (await bench.page.evaluate(() => granDriver.streams())).at(-1)!.bytes;
    // It resolves close() in the worker before the page has closed anything: that is why the client sends a port.
    await expect.poll(last).not.toBe('');
    const path = info.outputPath('stream.mp4');
    await writeFile(path, Buffer.from(await last(), 'base64'));
    expect(await read.complaints(path)).toBe('');
  });

  test('a transferred stream whose last write is refused: an error in plain words', async () => {
    for (const [failName, message] of REFUSALS) {
      const spec = { failName, failMessage: 'The device is busy', failAtWrite: 0 };
      await wire.post({ type: 'init_export', timeline: SHORT, settings: SILENT, writablePort: { $stream: spec } });
      expect(await wire.ended()).toEqual({ type: 'error', message, recoverable: true });
    }
  });

  test('a handle is taken as it is', async ({ bench }, info) => {
    const name = bench.name();
    await wire.post({ type: 'init_export', timeline: SHORT, settings: MP4, writablePort: { $opfs: name } });
    expect(await wire.ended()).toEqual({ type: 'completed', durationMs: 1000, frames: 30 });
    const path = info.outputPath(name);
    await bench.save(name, path);
    expect(await read.complaints(path)).toBe('');
  });
});
