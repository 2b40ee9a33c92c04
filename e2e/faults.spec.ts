/** Codecs that lie, break down, hang or dawdle: the film is right, or an error says what happened to which clip; and nothing stays open. */
import type { Fault } from './faults.ts';
import { expectFrames, longFilm, MP4, SHORT, shot, SILENT, timeline, WEBM } from './films.ts';
import { expect, test, warningsOf, type Bench, type Outcome, type Request, type Settings } from './harness.ts';

const AGAIN = 'Export again, or choose another codec or a smaller size.';
const DAMAGED = 'the picture of long-gop.mp4 is damaged and cannot be decoded. Convert or replace the file.';
const CLIP = 'Clip “long-gop.mp4” (only)';

interface Refused {
  readonly faults: readonly Fault[];
  readonly settings?: Settings;
  readonly message: RegExp | string;
  readonly code: string;
  readonly clipId?: string;
}

/** The first frame that the encoder gets is the trial's, and so is the first flush. */
const TRIAL = 1;

const REFUSED: Readonly<Record<string, Refused>> = {
  'a browser that says yes and cannot encode at all': {
    faults: [{ where: 'VideoEncoder.encode', how: 'error' }],
    message: 'This browser cannot make AVC at 320×180. Choose a smaller size or another codec.',
    code: 'E_CODEC',
  },
  'a browser that says yes to what it does not know': {
    faults: [{ where: 'VideoEncoder.isConfigSupported', how: 'lie', value: { supported: true } }],
    settings: { ...SILENT, codec: 'hevc' },
    message: 'This browser cannot make HEVC at 320×180. Choose a smaller size or another codec.',
    code: 'E_CODEC',
  },
  'an encoder that breaks down midway': {
    faults: [{ where: 'VideoEncoder.encode', at: TRIAL + 15, how: 'error', message: 'Encoding task failed' }],
    message: new RegExp(`^The video encoder stopped at 0:00\\.\\d{3} \\(Encoding task failed\\)\\. ${AGAIN}$`),
    code: 'E_ENCODER_LOST',
  },
  'an encoder that throws': {
    faults: [{ where: 'VideoEncoder.encode', at: TRIAL + 15, how: 'throw', message: 'Out of surfaces' }],
    message: `The video encoder stopped at 0:00.500 (Out of surfaces). ${AGAIN}`,
    code: 'E_ENCODER_LOST',
  },
  'an encoder that breaks down when it is flushed': {
    faults: [{ where: 'VideoEncoder.flush', at: TRIAL, how: 'error', message: 'Flushing failed' }],
    message: `The video encoder stopped (Flushing failed). ${AGAIN}`,
    code: 'E_ENCODER_LOST',
  },
  'an encoder that breaks down 20 ms after it was flushed': {
    faults: [
      { where: 'VideoEncoder.flush', at: TRIAL, how: 'error', ms: 20, message: 'The GPU process crashed' },
      { where: 'FileSystemWritableFileStream.write', how: 'slow', ms: 150 },
    ],
    message: `The video encoder stopped (The GPU process crashed). ${AGAIN}`,
    code: 'E_ENCODER_LOST',
  },
  'an encoder that the browser takes away': {
    faults: [{ where: 'VideoEncoder.encode', at: TRIAL + 15, how: 'error', name: 'QuotaExceededError', message: 'Codec reclaimed' }],
    message: new RegExp(`^The video encoder stopped at 0:00\\.\\d{3} \\(Codec reclaimed\\)\\. ${AGAIN}$`),
    code: 'E_ENCODER_LOST',
  },
  'an encoder of sound that breaks down': {
    // Within the film, whether or not the trial of the encoder is behind it.
    faults: [{ where: 'AudioEncoder.output', at: 40, how: 'error', message: 'Encoding task failed' }],
    settings: WEBM,
    message: 'The sound encoder stopped (Encoding task failed). Export again, or choose another codec for the sound.',
    code: 'E_ENCODER_LOST',
  },
  'a decoder that breaks down, and the one in software too': {
    faults: [{ where: 'VideoDecoder.decode', at: 60, how: 'error' }],
    message: new RegExp(`^${CLIP.replace(/[()]/g, '\\$&')} at 0:0\\d\\.\\d{3}: ${DAMAGED}$`),
    code: 'E_DECODE',
    clipId: 'only',
  },
  'a decoder that drops everything and says nothing': {
    // The first packet is decoded to see what the file is like.
    faults: [{ where: 'VideoDecoder.decode', at: 1, how: 'drop' }],
    message: `${CLIP} at 0:00.000: ${DAMAGED}`,
    code: 'E_DECODE',
    clipId: 'only',
  },
  'a decoder of sound that breaks down': {
    faults: [{ where: 'AudioDecoder.decode', at: 60, how: 'error' }],
    settings: WEBM,
    message: `${CLIP} at 0:00.000: the sound of long-gop.mp4 is damaged and cannot be decoded. Convert or replace the file.`,
    code: 'E_DECODE',
    clipId: 'only',
  },
};

/** Every other time over a film that is there already. */
let nth = 0;
async function destination(bench: Bench, extension = 'mp4'): Promise<string> {
  const name = bench.name(extension);
  if (nth++ % 2) await bench.page.evaluate((name) => granDriver.write(name, 'the film of last week'), name);
  return name;
}

/** The next export works, in the very same worker. */
async function expectGoesOn(bench: Bench, { worker }: Outcome): Promise<void> {
  const next = await bench.export({ timeline: SHORT, settings: SILENT, output: { $opfs: bench.name() } });
  expect(next.completed).toEqual({ durationMs: 1000, frames: 30 });
  expect(next.worker, 'the same worker').toBe(worker);
}

for (const [what, { faults, settings = SILENT, message, code, clipId }] of Object.entries(REFUSED)) {
  test(`${what}: an error in plain words`, async ({ bench }) => {
    const output = { $opfs: await destination(bench, settings.container) };
    const outcome = await bench.export({ timeline: SHORT, settings, output, faults });
    expect(outcome.audit.struck, 'the fault struck').toBeGreaterThan(0);
    expect(outcome.error).toMatchObject({ recoverable: true, code, ...(clipId && { clipId }) });
    if (typeof message === 'string') expect(outcome.error!.message).toBe(message);
    else expect(outcome.error!.message).toMatch(message);
    await expectGoesOn(bench, outcome);
  });
}

/** The film is right all the same. */
async function expectRight(bench: Bench, folder: string, request: Omit<Request, 'output'>, warning?: string): Promise<Outcome> {
  const { path, outcome } = await bench.exportFile(request, folder);
  expect(outcome.audit.struck, 'the fault struck').toBeGreaterThan(0);
  const told = warningsOf(outcome).map(({ message }) => message);
  expect(told).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
  await expectFrames(path, request.timeline, request.settings, outcome);
  return outcome;
}

test('an encoder that fails its trial: the next one in line serves, with a warning', async ({ bench }, info) => {
  const faults: Fault[] = [{ where: 'VideoEncoder.encode', times: 1, how: 'error' }];
  await expectRight(bench, info.outputDir, { timeline: SHORT, settings: SILENT, faults }, '^The video is encoded with .+\\.$');
});

const REPLACED: Readonly<Record<string, Fault>> = {
  'a decoder that breaks down at once': { where: 'VideoDecoder.decode', at: 0, how: 'error', hardware: true },
  'a decoder that breaks down midway': { where: 'VideoDecoder.output', at: 60, times: 1, how: 'error', hardware: true },
  'a decoder that the browser takes away': {
    where: 'VideoDecoder.output',
    at: 60,
    times: 1,
    how: 'error',
    name: 'QuotaExceededError',
    hardware: true,
  },
  'a decoder that drops everything': { where: 'VideoDecoder.decode', at: 60, how: 'drop', hardware: true },
};

for (const [what, fault] of Object.entries(REPLACED)) {
  test(`${what}: one in software goes on, and no frame is lost`, async ({ bench }, info) => {
    // What fails before the first frame of the film is found when the file is opened, and then nothing was promised yet.
    const warning = fault.at ? "^Clip “long-gop.mp4” \\(only\\): the browser's decoder failed.*decoded in software instead\\.$" : undefined;
    await expectRight(bench, info.outputDir, { timeline: SHORT, settings: SILENT, faults: [fault] }, warning);
  });
}

// What hangs. Each worker waits by itself, so all of them wait at once.

/** How an export into a file ends, in a worker of its own. */
interface Patient {
  readonly faults: readonly Fault[];
  readonly settings?: Settings;
  readonly timeline?: Request['timeline'];
  /** Seconds that it may take: ten of patience, or twenty, and what a busy machine needs for the rest. */
  readonly within?: number;
  /** The message of the error; none for a film that is right all the same. */
  readonly message?: RegExp;
  readonly warnings?: readonly RegExp[];
  readonly keepsFile?: true;
}

const STUCK = 'made no progress for 10 seconds';
const PATIENT: Readonly<Record<string, Patient>> = {
  'a decoder that swallows everything is replaced by one in software': {
    faults: [{ where: 'VideoDecoder.output', at: 60, how: 'drop', hardware: true }],
    warnings: [/^Clip “long-gop.mp4” \(only\): the browser's decoder failed after 0:0\d\.\d{3} of its file\. .*software instead\.$/],
  },
  'decoders that both swallow everything': {
    faults: [{ where: 'VideoDecoder.decode', at: 60, how: 'hang' }],
    within: 30,
    message: new RegExp(
      `^Clip “long-gop\\.mp4” \\(only\\) at 0:0\\d\\.\\d{3}: decoding it ${STUCK}\\. The file may be damaged; convert or replace it\\.$`,
    ),
    warnings: [/software instead/],
  },
  'a decoder that gives one frame in three seconds is left in peace': {
    // Four of them before the first one that is wanted.
    faults: [{ where: 'VideoDecoder.output', at: 12, times: 5, how: 'slow', ms: 3000 }],
    timeline: timeline([shot('only', 'long-gop.mp4', [0, 1], 0.5)]),
  },
  'an encoder that takes nothing any more': {
    faults: [{ where: 'VideoEncoder.encode', at: 10, how: 'hang' }],
    message: new RegExp(`^The encoder or the file at 0:00\\.\\d{3} ${STUCK}\\. ${AGAIN}$`),
  },
  'an encoder whose flush never ends': {
    faults: [{ where: 'VideoEncoder.flush', at: 1, how: 'hang' }],
    message: new RegExp(`^The encoder or the file ${STUCK}\\. ${AGAIN}$`),
  },
  'a file that takes nothing any more': {
    faults: [{ where: 'FileSystemWritableFileStream.write', how: 'hang' }],
    message: new RegExp(`^Finishing the file ${STUCK}\\. Check the disk and export again\\.$`),
  },
  'a file that cannot be read back': {
    faults: [{ where: 'FileSystemFileHandle.getFile', how: 'hang', at: 1 }],
    message: new RegExp(`^The file was written, but reading it back ${STUCK}\\. It is kept; export again to be safe\\.$`),
    keepsFile: true,
  },
};

test('what hangs for ten seconds is replaced or told of; what is only slow is not', async ({ bench }, info) => {
  test.setTimeout(90_000);
  const others = Object.keys(await bench.page.evaluate(() => granDriver.list()));
  const running = await Promise.all(
    Object.entries(PATIENT).map(async ([what, patient]) => ({ what, ...patient, name: bench.name(), wire: await bench.openWire() })),
  );
  for (const { wire } of running) await wire.next(({ type }) => type === 'ready', 1, 60_000);
  for (const { wire, faults, name, timeline = SHORT, settings = SILENT } of running) {
    await wire.breakWith(faults);
    await wire.post({ type: 'init_export', timeline, settings, writablePort: { $opfs: name } });
  }
  type Running = (typeof running)[number];
  const judge = async ({ wire, name, timeline = SHORT, settings = SILENT, within = 20, message, warnings = [], keepsFile }: Running) => {
    const ended = await wire.ended(45_000);
    const log = await wire.entries();
    expect((log.at(-1)!.at - log.find((entry) => entry.message.type === 'init_export')!.at) / 1000, 'seconds').toBeLessThan(within);
    const told = log.flatMap((entry) => (entry.message.type === 'warning' ? [entry.message.message] : []));
    expect(told).toEqual(warnings.map((words) => expect.stringMatching(words)));
    expect((await bench.expectLetGo(wire.number)).struck, 'the fault struck').toBeGreaterThan(0);
    if (message) expect(ended).toEqual({ type: 'error', message: expect.stringMatching(message), recoverable: true });
    else expect(ended).toEqual({ type: 'completed', durationMs: 1000, frames: 30 });
    if (message && !keepsFile) expect(Object.keys(await bench.page.evaluate(() => granDriver.list()))).not.toContain(name);
    await bench.page.evaluate((name) => granDriver.unlocked(name), name);
    if (!message || keepsFile) {
      await bench.save(name, info.outputPath(name));
      await expectFrames(info.outputPath(name), timeline, settings, { completed: { durationMs: 1000, frames: 30 } });
    }
    await wire.breakWith([]);
    await wire.post({ type: 'init_export', timeline: SHORT, settings: SILENT, writablePort: { $opfs: name } });
    expect(await wire.ended()).toEqual({ type: 'completed', durationMs: 1000, frames: 30 });
    await bench.page.evaluate((name) => granDriver.remove(name), name);
    await wire.close();
  };
  // As they wait at once, they are judged at once: each as soon as it has ended.
  await Promise.all(running.map((each) => test.step(each.what, () => judge(each))));
  expect(Object.keys(await bench.page.evaluate(() => granDriver.list())).sort(), 'files in the folder').toEqual(others.sort());
});

test('a worker that closes itself is missed at once', async ({ bench }) => {
  const faults: Fault[] = [{ where: 'VideoEncoder.encode', at: 10, how: 'close' }];
  const outcome = await bench.export({ timeline: SHORT, settings: SILENT, output: { $opfs: bench.name() }, faults });
  expect(outcome.error).toEqual({
    name: 'ExportError',
    message: 'The export engine stopped unexpectedly and was started again',
    recoverable: true,
    code: 'E_WORKER',
  });
  expect(outcome.ms).toBeLessThan(5000);
  const next = await bench.export({ timeline: SHORT, settings: SILENT, output: { $opfs: bench.name() } });
  expect(next.completed).toEqual({ durationMs: 1000, frames: 30 });
});

// Flow

test('queues stay short however long the film is', async ({ bench }) => {
  const settings: Settings = { ...MP4, keyFrameIntervalMs: 250 };
  const outcome = await bench.export({ timeline: longFilm(10), settings, output: { $opfs: bench.name() } });
  const { most } = outcome.audit;
  expect(most['VideoEncoder.encodeQueueSize'], 'frames that wait for the encoder').toBeLessThanOrEqual(8);
  // One at the end, one in the trial, and one for eight of its key frames.
  expect(most['VideoEncoder flushes'], 'flushes at key frames').toBeGreaterThanOrEqual(6);
  expect(most.VideoDecoder, 'open clips: one, or two at a cut').toBeLessThanOrEqual(2);
  expect(most.VideoFrame! / most.VideoDecoder!, 'live frames of an open clip').toBeLessThanOrEqual(16);
  expect(most['FileSystemWritableFileStream writes'], 'chunks on their way').toBeLessThanOrEqual(2);
});

test('what Python lends to JavaScript does not pile up', async ({ bench }) => {
  const held: number[] = [];
  for (let i = 0; i < 6; i++) {
    const { audit } = await bench.export({ timeline: SHORT, settings: MP4, output: { $opfs: bench.name() } });
    held.push(audit.proxies);
  }
  // Some wait for the garbage collector; it was there meanwhile, or they would be hundreds by now.
  expect(held.at(-1)! - held[0]!, `objects held after each export: ${held}`).toBeLessThanOrEqual(40);
});
