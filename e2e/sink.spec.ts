/** Handle, stream and port: the three forms of a destination, each committed before `completed` and dropped after anything else. */
import { writeFile } from 'node:fs/promises';
import { CUTS, expectFrames, MP4, shot, timeline, WEBM } from './films.ts';
import { expect, test, type Outcome, type SinkEvent, type StreamSpec, type Wire } from './harness.ts';
import * as read from './read.ts';

const SHORT = timeline([shot('only', 'long-gop.mp4', [0, 1], 1.5)]);
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

const FAULTS: Readonly<Record<string, StreamSpec>> = {
  'the first write is refused': { failAtWrite: 0 },
  'a later write is refused': { failAtWrite: 1 },
  'the close is refused': { failClose: true, failName: 'QuotaExceededError' },
};

for (const [fault, spec] of Object.entries(FAULTS)) {
  test(`${fault}: an error within a second, in plain words`, async ({ bench }, info) => {
    // MP4 with its index last goes back to the start of the file once, so there are at least two writes.
    const outcome = await bench.export({ timeline: SHORT, settings: { ...MP4, fastStart: false }, output: { $stream: spec } });
    const failed = outcome.stream!.events.find(({ name }) => name === 'failed');
    if (!failed) {
      // The whole film went in one write; then there was no later one to refuse.
      expect(spec.failAtWrite).toBe(1);
      expect(outcome.completed).toBeDefined();
      info.annotations.push({ type: 'note', description: 'only one write' });
      return;
    }
    expect(outcome.completed).toBeUndefined();
    expect(outcome.error).toMatchObject({ recoverable: true, code: 'E_DISK' });
    expect(outcome.error!.message).toMatch(/disk|space|full/i);
    expect(outcome.error!.message).not.toMatch(/Error\b|DOMException|Traceback|undefined/);
    expect(outcome.messages.at(-1)!.at - failed.at).toBeLessThanOrEqual(1000);
    const next = await bench.export({ timeline: SHORT, settings: MP4, output: { $stream: {} } });
    expect(next.error).toBeUndefined();
  });
}

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

  test('a port that fails is an error', async () => {
    await wire.post({ type: 'init_export', timeline: SHORT, settings: MP4, writablePort: { $port: { failClose: true } } });
    expect(await wire.ended()).toMatchObject({ type: 'error', recoverable: true });
  });

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

  test('a handle is taken as it is', async ({ bench }, info) => {
    const name = bench.name();
    await wire.post({ type: 'init_export', timeline: SHORT, settings: MP4, writablePort: { $opfs: name } });
    expect(await wire.ended()).toEqual({ type: 'completed', durationMs: 1000, frames: 30 });
    const path = info.outputPath(name);
    await bench.save(name, path);
    expect(await read.complaints(path)).toBe('');
  });
});
