/** Files that are not what they should be: the film is right, or an error names the clip and the file; soon, and the next export works. */
import type { Fault } from './faults.ts';
import { expectFrames, expectWorks, MP4, SHORT, shot, SILENT, timeline } from './films.ts';
import { expect, test, type Request, type Settings, type Source } from './harness.ts';
import { Memory } from './memory.ts';
import * as read from './read.ts';

/** The short film out of another file. */
function outOf(source: Source, isImage = false): Request['timeline'] {
  const film = timeline([shot('only', 'long-gop.mp4', [0, 1], 1.5, { name: 'Beach', ...(isImage && { isImage }) } as object)]);
  return { ...film, sources: { 'long-gop.mp4': source } };
}

const CHANGED = 'was changed or can no longer be read. Add it again.';
const NO_FILE = 'is not a video, sound or image file that this browser can open. Convert it, or remove its clips.';

interface Case {
  readonly source: Source;
  readonly faults?: readonly Fault[];
  readonly isImage?: true;
  /** Behind `Clip “Beach” (only)`; none where the film is right. */
  readonly message?: RegExp;
  readonly code?: string;
}

const readFails = (how: Partial<Fault>): Fault[] => [{ where: 'ReadableStreamDefaultReader.read', how: 'reject', ...how }];
const LONG: Source = { $media: 'long-gop.mp4' };

const CASES: Readonly<Record<string, Case>> = {
  'a file that was changed': {
    source: LONG,
    faults: readFails({ name: 'NotReadableError' }),
    message: new RegExp(`^: long-gop.mp4 ${CHANGED}$`),
    code: 'E_MISSING',
  },
  'a file that was deleted': {
    source: LONG,
    faults: readFails({ name: 'NotFoundError' }),
    message: /^: long-gop.mp4 is gone: it was moved, renamed or deleted\. Add it again\.$/,
    code: 'E_MISSING',
  },
  'a file that may no longer be read': {
    source: LONG,
    faults: readFails({ name: 'NotAllowedError' }),
    message: /^: Access to long-gop.mp4 ended\. Add it again\.$/,
    code: 'E_PERMISSION',
  },
  'a film with bits flipped in its pictures': {
    source: { $broken: { of: 'long-gop.mp4', flips: 64 } },
    message: /damaged|cannot be decoded/,
  },
  'a film that says that it is 65,535 pixels wide': {
    source: { $broken: { of: 'long-gop.mp4', behind: 'avc1', skip: 24, put: [255, 255, 255, 255] } },
    message: /./,
  },
  'a picture that says that it is 65,535 pixels wide': {
    source: { $broken: { of: 'still.png', behind: 'IHDR', skip: 0, put: [0, 0, 255, 255, 0, 0, 255, 255] } },
    isImage: true,
    message: /^: still\.png has 65535×65535 px; at most .* are possible\. Make it smaller\.$/,
    code: 'E_SOURCE',
  },
  'a WebM that says that it is 65,535 pixels wide': {
    source: { $broken: { of: 'ms-pts.webm', behind: '\u00b0\u0082', skip: 0, put: [255, 255] } },
    message: /./,
  },
  'a JPEG that says that it is 65,535 pixels wide': {
    source: { $broken: { of: 'turned.jpg', behind: '\u00ff\u00c0', skip: 3, put: [255, 255, 255, 255] } },
    isImage: true,
    message: /^: turned\.jpg has 65535×65535 px; at most .* are possible\. Make it smaller\.$/,
    code: 'E_SOURCE',
  },
  'a GIF that says that it is 65,535 pixels wide': {
    source: { $broken: { of: 'moving.gif', behind: 'GIF89a', skip: 0, put: [255, 255, 255, 255] } },
    isImage: true,
    message: /^: moving\.gif has 65535×65535 px; at most .* are possible\. Make it smaller\.$/,
    code: 'E_SOURCE',
  },
  'a film with two edits in its edit list': {
    source: { $media: 'two-parts.mp4' },
    message:
      /^: the picture of two-parts\.mp4 is put together from 2 parts by an edit list, which cannot be followed\. Convert the file first\.$/,
    code: 'E_DECODE',
  },
  'a film with more samples in a chunk than there are': {
    source: { $broken: { of: 'long-gop.mp4', behind: 'stsc', skip: 12, put: [255, 255, 255, 255] } },
    message: /^: long-gop\.mp4 is damaged or not what its name says \(its table of samples has no end\)\. Convert or replace it\.$/,
    code: 'E_SOURCE',
  },
  'a picture that calls itself a film': { source: { $broken: { of: 'still.png', name: 'still.mp4' } }, isImage: true },
  'a page that calls itself a film': {
    source: { $broken: { text: '<!doctype html><title>Not found</title>', name: 'film.webm' } },
    message: new RegExp(`^: film\\.webm ${NO_FILE}$`),
    code: 'E_SOURCE',
  },
  'a header of 256 MB': {
    source: { $broken: { text: 'ID3\u0004\u0000\u0000\u007f\u007f\u007f\u007f', zerosMb: 256, name: 'tune.mp3' } },
    message: /^: tune\.mp3 /,
  },
  'a header that never ends': { source: { $broken: { repeat: [255, 251, 144, 0], zerosMb: 16, name: 'tune.mp3' } }, message: /./ },
  'boxes in boxes': {
    source: { $broken: { repeat: [0, 0, 0, 8, 102, 114, 101, 101], zerosMb: 8, name: 'film.mp4' } },
    message: /^: film\.mp4 /,
  },
};

for (const [what, { source, faults = [], isImage, message, code }] of Object.entries(CASES)) {
  // What another browser makes of the file is its own; what is told of the others is ours.
  test(`${what}: a right picture or a named error`, { tag: code ? [] : '@firefox' }, async ({ bench, browserName }) => {
    test.setTimeout(60_000);
    const request = { timeline: outOf(source, isImage), settings: SILENT, output: { $opfs: bench.name() }, faults };
    const memory = browserName === 'chromium' ? await Memory.of(bench.context) : undefined; // the others do not tell
    const before = (await memory?.beginPeak()) ?? 0;
    const outcome = await bench.export(request);
    expect(outcome.ms).toBeLessThan(15_000);
    // The page makes the file, of which it holds all for a moment.
    const made = ('$broken' in source && source.$broken.zerosMb) || 0;
    if (memory) expect((await memory.peakMib()) - before, 'MiB that it takes at most').toBeLessThan(256 + made);
    if (faults.length) expect(outcome.audit.struck).toBeGreaterThan(0);
    if (message === undefined || !code) console.log(`    ${outcome.error?.message ?? 'completed'}`);
    if (outcome.completed) expect(code, 'the film is right where that can be').toBeUndefined();
    else {
      expect(outcome.error).toMatchObject({ recoverable: true, clipId: 'only', ...(code && { code }) });
      expect(outcome.error!.message).toMatch(/^Clip “Beach” \(only\)/);
      expect(outcome.error!.message.replace(/^Clip “Beach” \(only\)/, '')).toMatch(message ?? /^nothing goes wrong$/);
    }
    const next = await bench.export({ timeline: SHORT, settings: SILENT, output: { $opfs: bench.name() } });
    expect(next.completed).toEqual({ durationMs: 1000, frames: 30 });
    expect(next.worker, 'the same worker').toBe(outcome.worker);
  });
}

test('after all of them the worker exports the same film as ever', async ({ bench }, info) => {
  await expectWorks(bench, info.outputDir);
});

test('a damaged file on a hidden and silent track does not matter', async ({ bench }, info) => {
  const film = timeline([shot('hidden', 'corrupt.mp4', [0, 1], 0)], [shot('only', 'long-gop.mp4', [0, 1], 1.5)]);
  const [upper, lower] = film.tracks;
  const hidden = { ...film, tracks: [{ ...upper!, videoHidden: true, audioMuted: true }, lower!] };
  const { path, outcome } = await bench.exportFile({ timeline: hidden, settings: SILENT }, info.outputDir);
  await expectFrames(path, SHORT, SILENT, outcome);
});

test('pictures that change their size midway are all where they belong', { tag: '@firefox' }, async ({ bench }, info) => {
  const film = timeline([shot('web', 'halved.webm', [0, 1], 0.5), shot('stream', 'halved.ts', [1, 2], 0.5)]);
  const { path, outcome } = await bench.exportFile({ timeline: film, settings: SILENT }, info.outputDir);
  await expectFrames(path, film, SILENT, outcome);
  await expectWorks(bench, info.outputDir);
});

test('an edit list that delays and cuts, and has an edit that plays nothing, is followed', { tag: '@firefox' }, async ({ bench }, info) => {
  const film = timeline(
    [shot('seen', 'delayed.mp4', [0, 2.5], 0, { audioFromVideoDisabled: true })],
    [shot('heard', 'delayed.m4a', [0, 2.5], 0)],
  );
  const settings: Settings = { ...MP4, copy: 'auto', container: 'mov', audio: { ...MP4.audio, codec: 'pcm-s16' } as Settings['audio'] };
  const { path } = await bench.exportFile({ timeline: film, settings }, info.outputDir);
  const decoded = await read.readFilm(path);
  const place = { x: 0, y: 0, width: 320, height: 180 };
  // Half a second of nothing, for the last tenth of which its first frame stands, its frames 30 to 74, and the last of these until the end.
  const due = decoded.frames.map((_, i) => (i < 12 ? undefined : Math.min(Math.max(30, 15 + i), 74)));
  expect(decoded.frames).toHaveLength(75);
  expect(decoded.frames.map((_, i) => read.numberIn(decoded, i, place)?.index)).toEqual(due);

  const { rateHz, channels } = await read.readSound(path);
  const [left] = channels;
  const at = (seconds: number): number => Math.round(seconds * rateHz);
  const [click, ...others] = read.clicksIn(left!, rateHz);
  expect(others).toEqual([]);
  expect(Math.abs(click! - at(1)), 'samples that the click is off').toBeLessThanOrEqual(3);
  const loudest = (from: number, to: number): number => left!.subarray(at(from), at(to)).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  expect([loudest(0, 0.4985), loudest(1.5015, 2.5)], 'nothing outside, but for a filter that looks ahead').toEqual([0, 0]);
  expect(Math.min(loudest(0.502, 0.51), loudest(1.49, 1.498))).toBeGreaterThan(0.05);
});

test(
  'a film that begins without a key frame is right from the first one on, and refused before it',
  { tag: '@firefox' },
  async ({ bench }, info) => {
    const film = timeline([shot('only', 'beheaded.mp4', [0, 1], 1.5)]);
    const { path } = await bench.exportFile({ timeline: film, settings: SILENT }, info.outputDir);
    const decoded = await read.readFilm(path);
    const numbers = Array.from({ length: 30 }, (_, i) => read.numberIn(decoded, i, { x: 0, y: 0, width: 320, height: 180 })?.index);
    expect(numbers, 'by their places in the film that was beheaded').toEqual(numbers.map((_, i) => 45 + i));

    const early = timeline([shot('only', 'beheaded.mp4', [0, 2], 0)]);
    const { error } = await bench.export({ timeline: early, settings: SILENT, output: { $opfs: bench.name() } });
    const reason = 'the picture of beheaded.mp4 cannot be decoded before 0:01.500';
    const message = `Clip “beheaded.mp4” (only): ${reason}. Let the clip begin there, or convert the file.`;
    expect(error).toMatchObject({ message, recoverable: true, code: 'E_DECODE', clipId: 'only' });
  },
);
