/** The messages, field by field and word by word; and that a refusal costs nothing: no file, no worker. */
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { MediaName } from './fixtures/media.ts';
import { CUTS, expectFrames, expectWorks, longFilm, MP4, SHORT, shot, timeline, WEBM } from './films.ts';
import { expect, test, type Message, type Request } from './harness.ts';

const GOLDEN = fileURLToPath(new URL('../py/tests/contract/', import.meta.url));
/** Names in these are data, not fields. */
const DATA = ['queuePeaks', 'liveObjects'];
/** May be absent. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  warning: ['clipId'],
  failure: ['clipId', 'timeUs'],
  telemetry: ['now', 'peakHeapBytes', 'executor', 'encoder', 'encoders', 'sound', 'liveObjects'],
  source_info: ['video', 'audio', 'problem'],
  support: ['video[].reason', 'audio[].reason'],
};

/** Every field of a message, with those inside it: `frame`, `frame.current`, `video[].codec`. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => fieldsOf(item, `${path}[]`)))];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = path ? `${path}.${name}` : name;
    return [field, ...(DATA.includes(name) ? [] : fieldsOf(inner, field))];
  });
}

async function golden(type: string): Promise<Message> {
  return JSON.parse(await readFile(`${GOLDEN}${type}.json`, 'utf8')) as Message;
}

test('every message has exactly the fields of its golden file', async ({ bench }) => {
  await bench.export({ timeline: CUTS, settings: { ...MP4, width: 321 }, output: { $opfs: bench.name() } });
  await bench.export({ timeline: refuse('corrupt.mp4'), settings: MP4, output: { $opfs: bench.name() } });
  for (const name of ['vertical.mp4', 'tune.wav', 'still.png', 'corrupt.mp4'] as const) {
    await bench.page.evaluate((name) => granDriver.ask('probe', { $media: name }), name);
  }
  await bench.page.evaluate(() => granDriver.ask('support', { width: 640, height: 360, fps: 30 }));
  const seen = (await bench.log()).filter(({ sent }) => !sent).map(({ message }) => message);
  const outgoing = ['completed', 'error', 'failure', 'loading', 'progress', 'ready', 'source_info', 'support', 'telemetry', 'warning'];
  expect([...new Set(seen.map(({ type }) => type))].sort()).toEqual(outgoing);
  const files = (await readdir(GOLDEN)).map((name) => name.replace('.json', ''));
  expect(files).toEqual(expect.arrayContaining(outgoing));
  const problems = new Set<string>();
  for (const message of seen) {
    const optional = OPTIONAL[message.type] ?? [];
    const wanted = new Set(fieldsOf(await golden(message.type)));
    const found = fieldsOf(message);
    for (const field of found) if (!wanted.has(field) && !optional.includes(field)) problems.add(`${message.type} has ${field}`);
    for (const field of wanted) {
      const excused = optional.some((name) => field === name || field.startsWith(`${name}.`));
      if (!found.includes(field) && !excused) problems.add(`${message.type} lacks ${field}`);
    }
  }
  expect([...problems]).toEqual([]);
});

test('what a source holds, and what this browser encodes', async ({ bench }) => {
  const probe = (name: MediaName) => bench.page.evaluate((name) => granDriver.ask('probe', { $media: name }), name);
  expect(await probe('vertical.mp4')).toMatchObject({
    kind: 'video',
    durationUs: 3_000_000,
    video: { codec: 'avc', width: 180, height: 320, fps: 25, rotationDeg: 90 },
    audio: { codec: 'aac', sampleRate: 44_100, channels: 1 },
  });
  expect(await probe('tune.wav')).toMatchObject({ kind: 'audio', durationUs: 4_000_000, audio: { sampleRate: 44_100, channels: 2 } });
  expect(await probe('still.png')).toMatchObject({ kind: 'image', video: { width: 320, height: 180 } });
  expect(await probe('turned.jpg')).toMatchObject({ kind: 'image', video: { width: 320, height: 180 } });
  expect(await probe('corrupt.mp4')).toMatchObject({ problem: 'corrupt.mp4 holds neither picture nor sound.' });
  const support = (await bench.page.evaluate(() => granDriver.ask('support', { width: 640, height: 360, fps: 30 }))) as {
    video: { codec: string; supported: boolean; reason?: string }[];
  };
  for (const { supported, reason } of support.video) expect(reason === undefined).toBe(supported);
  expect(support.video.find(({ codec }) => codec === 'avc')?.supported).toBe(true);
});

/** The short film out of another file. */
function refuse(name: MediaName): Request['timeline'] {
  return timeline([shot('only', name, [0, 1], 0, { name: 'Beach' } as object)]);
}

/** The short film with something changed in it. */
function spoilt(change: (timeline: any, clip: any) => void): Request['timeline'] {
  const film = structuredClone(SHORT);
  change(film, film.tracks[0]!.items[0]);
  return film;
}

const REFUSED: Readonly<Record<string, readonly [Partial<Request>, string, { code: string; clipId?: string }]>> = {
  'a number out of bounds': [
    { timeline: spoilt((_, clip) => (clip.speed = 0.05)) },
    'timeline.tracks[0].items[0].speed: must be between 0.1 and 10, got 0.05',
    { code: 'E_CONTRACT' },
  ],
  'text where a time belongs': [
    { timeline: spoilt((_, clip) => (clip.timelineRange.startUs = '0')) },
    'timeline.tracks[0].items[0].timelineRange.startUs: must be a whole number of microseconds, got "0"',
    { code: 'E_CONTRACT' },
  ],
  'no number at all': [
    { timeline: spoilt((_, clip) => (clip.opacity = NaN)) },
    'timeline.tracks[0].items[0].opacity: must be a number, got NaN',
    { code: 'E_CONTRACT' },
  ],
  'a big integer': [
    { timeline: spoilt((_, clip) => (clip.sourceRange.startUs = 5n)) },
    'timeline.tracks[0].items[0].sourceRange.startUs: must be a whole number of microseconds, got 5n',
    { code: 'E_CONTRACT' },
  ],
  'an unknown kind': [
    { timeline: spoilt(({ tracks }) => (tracks[0].kind = 'subtitle')) },
    'timeline.tracks[0].kind: must be one of "video" or "audio", got "subtitle"',
    { code: 'E_CONTRACT' },
  ],
  'an address instead of a file': [
    { timeline: spoilt(({ sources }) => (sources['long-gop.mp4'] = 'https://example.com/film.mp4')) },
    'timeline.sources["long-gop.mp4"]: must be a File, Blob or FileSystemFileHandle, got "https://example.com/film.mp4"',
    { code: 'E_CONTRACT' },
  ],
  'several problems at once': [
    { timeline: spoilt(({ timebase }, clip) => ((clip.speed = 11), (clip.opacity = -1), (timebase.fps = 0))) },
    'timeline.timebase.fps: must be more than 0 frames a second, got 0 (and 2 more problems)',
    { code: 'E_CONTRACT' },
  ],
  'a setting that is not one': [
    { settings: { ...MP4, colour: 'red' } as Request['settings'] },
    'settings.colour: is not a field of settings, which has width, height, fps, codec, bitrate, audio, container, quality, bitrateMode, ' +
      'keyFrameIntervalMs, hardwareAcceleration, executor, fit, copy, encoders, range, background, alpha, fastStart, verify, metadata, captions',
    { code: 'E_CONTRACT' },
  ],
  'codecs that the container cannot hold': [
    { settings: { ...MP4, container: 'webm' } },
    'settings.container: "webm" cannot hold avc with aac; use mp4, mov or mkv',
    { code: 'E_CONTRACT' },
  ],
  'a codec that this browser lacks': [
    { settings: { ...MP4, codec: 'hevc' } },
    'This browser cannot make HEVC at 320×180. Choose a smaller size or another codec.',
    { code: 'E_CODEC' },
  ],
  'a source that is not there': [
    { timeline: spoilt((_, clip) => (clip.source.path = 'films/nowhere.mp4')) },
    'Clip “nowhere.mp4” (only): its source nowhere.mp4 is not among the sources',
    { code: 'E_MISSING', clipId: 'only' },
  ],
  'a damaged file': [
    { timeline: refuse('corrupt.mp4') },
    'Clip “Beach” (only): corrupt.mp4 holds neither picture nor sound.',
    { code: 'E_SOURCE', clipId: 'only' },
  ],
  'half a file': [
    { timeline: refuse('truncated.mp4') },
    'Clip “Beach” (only): truncated.mp4 holds neither picture nor sound.',
    { code: 'E_SOURCE', clipId: 'only' },
  ],
  'an empty file': [
    { timeline: refuse('empty.mp4') },
    'Clip “Beach” (only): empty.mp4 is empty (0 bytes).',
    { code: 'E_SOURCE', clipId: 'only' },
  ],
  'an empty timeline': [
    { timeline: { ...SHORT, tracks: [] } },
    'There is nothing to export: the timeline has no enabled clip.',
    { code: 'E_EMPTY' },
  ],
};

test('a refusal names what is wrong, leaves the destination alone, and the next export works', async ({ bench }, info) => {
  let nth = 0;
  for (const [what, [change, message, more]] of Object.entries(REFUSED)) {
    await test.step(what, async () => {
      const name = bench.name();
      // Every other time over a film that is there already.
      if (nth++ % 2) await bench.page.evaluate((name) => granDriver.write(name, 'the film of last week'), name);
      const outcome = await bench.export({ timeline: SHORT, settings: MP4, output: { $opfs: name }, ...change });
      expect(outcome.completed).toBeUndefined();
      const { error } = outcome;
      expect({ ...error }, what).toEqual({ name: 'ExportError', message, recoverable: true, ...more });
      const ends = outcome.messages.map(({ message }) => message).slice(-2);
      expect(ends).toEqual([
        { type: 'failure', ...more },
        { type: 'error', message, recoverable: true },
      ]);
    });
  }
  await expectWorks(bench, info.outputDir);
});

test('null and undefined are the same as nothing', async ({ bench }, info) => {
  const film = spoilt((timeline, clip) => {
    Object.assign(clip, { speed: null, transform: null, freezeFrameSourceUs: null, effects: undefined, unknownField: { a: 1 } });
    timeline.fonts = null;
  });
  const settings = { ...MP4, range: null, quality: undefined } as unknown as Request['settings'];
  const { path, outcome } = await bench.exportFile({ timeline: film, settings }, info.outputDir);
  await expectFrames(path, SHORT, MP4, outcome);
});

test('out of bounds but meant well is brought back, with a warning', async ({ bench }) => {
  const settings = { ...WEBM, width: 321, fps: 500, bitrate: 1 };
  const outcome = await bench.export({ timeline: SHORT, settings, output: { $opfs: bench.name('webm') } });
  expect(outcome.completed).toEqual({ durationMs: 1000, frames: 240 });
  const warnings = outcome.messages.flatMap(({ message }) => (message.type === 'warning' ? [message] : []));
  expect(warnings.map(({ code }) => code)).toEqual(['clamped', 'clamped', 'clamped']);
  expect(warnings.map(({ message }) => message)).toEqual([
    'The width of 321 pixels was changed to 320 pixels: 16 to 8192, and even, is possible.',
    'The frame rate of 500 fps was changed to 240 fps: 1 to 240 is possible.',
    expect.stringMatching(/^The .*bitrate of .+ was changed to .+: .+ is possible\.$/),
  ]);
});

test('a second export while one runs is refused by the client, and the first is none the worse', async ({ bench }, info) => {
  const first = bench.exportFile({ timeline: CUTS, settings: MP4 }, info.outputDir);
  await expect.poll(async () => (await bench.log()).at(-1)?.message.type).toBe('progress');
  const second: Request = { timeline: SHORT, settings: MP4, output: { $stream: {} } };
  expect(await bench.page.evaluate((second) => granDriver.refusal(second), second)).toEqual({
    name: 'ExportError',
    message: 'An export is already running: wait for it, or cancel it first',
    recoverable: true,
    code: 'E_BUSY',
  });
  const { path, outcome } = await first;
  await expectFrames(path, CUTS, MP4, outcome);
});

test.describe('on the bare wire', () => {
  const start = (name: string, film = SHORT) => ({ type: 'init_export', timeline: film, settings: MP4, writablePort: { $opfs: name } });

  test('messages before ready wait, in their order', async ({ bench }, info) => {
    const wire = await bench.openWire();
    const [one, other] = [bench.name(), bench.name()];
    await wire.post(start(one, longFilm(20)));
    await wire.post({ type: 'cancel_export' });
    await wire.post({ type: 'query_support', requestId: 7, width: 640, height: 360, fps: 30 });
    await wire.next(({ type }) => type === 'support');
    await wire.ended();
    await wire.post(start(other));
    expect(await wire.ended()).toEqual({ type: 'completed', durationMs: 1000, frames: 30 });
    const messages = await wire.messages();
    expect(messages.findIndex(({ type }) => type === 'ready')).toBeLessThan(messages.findIndex(({ type }) => type === 'error'));
    expect(messages.find(({ type }) => type === 'error')).toEqual({
      type: 'error',
      message: 'Export cancelled by user',
      recoverable: true,
    });
    expect(await bench.page.evaluate(() => granDriver.list()), 'the cancelled film').not.toHaveProperty([one]);
    await bench.save(other, info.outputPath(other));
    await wire.close();
  });

  test('a second init_export is told that the worker is busy, and ends nothing', async ({ bench }, info) => {
    const wire = await bench.openWire();
    const name = bench.name();
    await wire.next(({ type }) => type === 'ready');
    await wire.post(start(name, CUTS));
    await wire.next(({ type }) => type === 'progress');
    await wire.post({ type: 'init_export', timeline: SHORT, settings: MP4, writablePort: { $port: {} } });
    expect(await wire.ended()).toEqual({
      type: 'error',
      message: 'An export is running already. Wait for it or cancel it first.',
      recoverable: true,
    });
    const completed = (await wire.ended()) as Message & { durationMs: number; frames: number };
    expect(completed.type).toBe('completed');
    const path = info.outputPath(name);
    await bench.save(name, path);
    const { durationMs, frames } = completed;
    await expectFrames(path, CUTS, MP4, { completed: { durationMs, frames } });
    await wire.close();
  });

  const NONSENSE: readonly (readonly [unknown, string])[] = [
    [
      { type: 'make_film' },
      'type: must be one of "init_export", "cancel_export", "lend_rasteriser", "lend_viewer", "probe_source", "query_support", "import_otio", "export_otio", "import_captions" or "export_captions", got "make_film"',
    ],
    ['hello', 'The message must be an object, got "hello"'],
    [{ ...start('never'), path: '/etc' }, 'path: is not a field of init_export, which has type, timeline, settings, writablePort'],
    [{ type: 'init_export', timeline: SHORT, settings: MP4 }, 'writablePort: is required'],
    [
      { type: 'init_export', timeline: SHORT, settings: MP4, writablePort: 'here' },
      'writablePort: must be a FileSystemFileHandle, WritableStream, FileSystemWritableFileStream or MessagePort, got "here"',
    ],
  ];

  test('nonsense is answered, word by word, and the worker goes on', async ({ bench }, info) => {
    const wire = await bench.openWire();
    await wire.next(({ type }) => type === 'ready');
    for (const [message, words] of NONSENSE) {
      await wire.post(message);
      expect(await wire.ended()).toEqual({ type: 'error', message: words, recoverable: true });
    }
    expect(await bench.page.evaluate(() => granDriver.list())).not.toHaveProperty(['never']);
    const name = bench.name();
    await wire.post(start(name));
    expect(await wire.ended()).toEqual({ type: 'completed', durationMs: 1000, frames: 30 });
    await bench.save(name, info.outputPath(name));
    await wire.close();
  });
});
