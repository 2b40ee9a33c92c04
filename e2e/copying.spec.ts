/** Packets that go from a source into the file as they are: the same bytes, cut to the sample. */
import { join } from 'node:path';
import { media, soundOf, type MediaName } from './fixtures/media.ts';
import { clicksOf } from './fixtures/sound.ts';
import { readNumber } from './fixtures/barcode.ts';
import { expectFrames, expectSound, MP4, shot, timeline, WEBM } from './films.ts';
import { expect, test, warningsOf, type Outcome, type Settings, type Timeline } from './harness.ts';
import * as read from './read.ts';

const RATE_HZ = 48_000;
const FROM_S = 0.712345;
const SECONDS = 2;
const MATROSKA = ['mkv', 'webm'];

/** What the last telemetry tells. */
function told(outcome: Outcome): { sound?: string; copiedFrames: number } {
  return outcome.messages.map(({ message }) => message).findLast(({ type }) => type === 'telemetry') as never;
}

/** Where `part` lies in `whole`, packet by packet, or -1. */
function placeOf(part: readonly string[], whole: readonly string[]): number {
  return whole.findIndex((_, at) => part.every((hash, i) => whole[at + i] === hash));
}

/** 1 ms, and the spread of a click that begins with a sample of zero. */
const ON_TIME = RATE_HZ / 1000 + 2;

interface Passage {
  readonly source: MediaName;
  readonly codec: 'aac' | 'opus';
  readonly container: NonNullable<Settings['container']>;
  /**
   * How far decoded samples may be off: an Opus decoder never quite forgets what it heard before, and an AAC decoder makes up noise as it
   * goes. None where the container counts ms.
   */
  readonly alike?: number;
}

const PASSAGES: readonly Passage[] = [
  { source: 'long-gop.mp4', codec: 'aac', container: 'm4a', alike: 0.01 },
  { source: 'long-gop.mp4', codec: 'aac', container: 'mkv' },
  { source: 'ms-pts.webm', codec: 'opus', container: 'webm' },
  { source: 'tune-opus.mp4', codec: 'opus', container: 'ogg', alike: 0.01 },
  { source: 'tune-opus.webm', codec: 'opus', container: 'mp4', alike: 0.01 },
  { source: 'tune-opus.ogg', codec: 'opus', container: 'mp4', alike: 0.01 },
];

for (const { source, codec, container, alike } of PASSAGES) {
  test(`the ${codec} of ${source} is copied into ${container}`, async ({ bench }, info) => {
    const settings: Settings = {
      ...MP4,
      codec: false,
      container,
      audio: { codec, bitrate: 160_000, sampleRate: RATE_HZ, channels: 2 },
    };
    const film = timeline([shot('only', source, [0, SECONDS], FROM_S)]);
    const { path, outcome } = await bench.exportFile({ timeline: film, settings }, info.outputDir);
    expect(told(outcome).sound).toBe('copied');
    expect(warningsOf(outcome)).toEqual([]);
    expect(await read.complaints(path)).toBe('');
    const [part, whole] = [await read.packetHashes(path, 'a'), await read.packetHashes(await media(source), 'a')];
    // Matroska's last packet has room behind it for what is not heard of it, which nobody decodes.
    expect(placeOf(MATROSKA.includes(container) ? part.slice(0, -1) : part, whole), 'the source holds these packets').toBeGreaterThan(0);

    const n = SECONDS * RATE_HZ;
    const due = clicksOf(soundOf(source)!.seconds, 0)
      .map((us) => Math.round(((us - FROM_S * 1e6) * RATE_HZ) / 1e6))
      .filter((at) => at >= 0 && at < n);
    const byFfmpeg = (await read.readSound(path)).channels[0]!;
    const byBrowser = await bench.playedByBrowser(path, RATE_HZ);
    for (const [who, heard] of Object.entries({ byFfmpeg, byBrowser })) {
      const clicks = read.clicksIn(heard, RATE_HZ);
      expect(clicks.length, `clicks ${who} at ${clicks.join(', ')}`).toBe(due.length);
      clicks.forEach((at, i) => expect(Math.abs(at - due[i]!), `click ${i} ${who}`).toBeLessThanOrEqual(ON_TIME));
      // Nothing is missing at the end, and hardly anything too much: not every player cuts within a packet.
      expect(heard.length - n, `samples too many ${who}`).toBeGreaterThanOrEqual(-ON_TIME);
      expect(heard.length - n, `samples too many ${who}`).toBeLessThan(1024);
    }
    if (container === 'm4a') {
      const { audio } = await read.probe(path);
      expect([audio[0]!.duration_ts, byBrowser.length], 'ends on the sample for ffprobe and in Chromium').toEqual([n, n]);
    }
    if (alike === undefined) return;
    const from = Math.round(FROM_S * RATE_HZ);
    const original = (await read.readSound(await media(source))).channels[0]!.subarray(from, from + n);
    const worst = original.reduce((most, sample, i) => Math.max(most, Math.abs(sample - byFfmpeg[i]!)), 0);
    expect(worst, 'off from the source').toBeLessThanOrEqual(alike);
  });
}

interface Cut {
  readonly film: Timeline;
  readonly settings: Settings;
  /** Frames. */
  readonly copied: number;
}

const COPYING: Settings = { ...MP4, copy: 'auto' };
const SILENT: Settings = { ...COPYING, audio: false };

const CUTS: Readonly<Record<string, Cut>> = {
  // Source frames 21 to 110 and 90 to 149, key frames at 45, 90 and 135. Where a cut falls among B-frames, those are encoded.
  'H.264 with B-frames in MP4': {
    film: timeline([shot('a', 'groups.mp4', [0, 3], 0.7), shot('b', 'groups.mp4', [3, 5], 3)]),
    settings: COPYING,
    copied: 64 + 59,
  },
  'H.264 with open groups': { film: timeline([shot('a', 'open-groups.mp4', [0, 3], 0)]), settings: SILENT, copied: 90 },
  'VP9 in WebM': {
    film: timeline([shot('a', 'ms-pts.webm', [0, 3.2032], 1.001)]),
    settings: { ...WEBM, fps: 29.97, copy: 'auto' },
    copied: 80,
  },
};

function numbers(film: read.Film): unknown[] {
  return film.frames.map((_, i) => read.numberIn(film, i));
}

for (const [name, { film, settings, copied }] of Object.entries(CUTS)) {
  test(`a cut copies what it can: ${name}`, { tag: '@firefox' }, async ({ bench }, info) => {
    const file = bench.name(settings.container);
    const outcome = await bench.export({ timeline: film, settings, output: { $opfs: file } });
    expect(outcome.error).toBeUndefined();
    expect(warningsOf(outcome).filter(({ code }) => code !== 'encoder-fallback')).toEqual([]);

    // As Gran itself would take it in again: decoders are told less there than where a browser plays the file.
    const whole = { startUs: 0, durationUs: outcome.completed!.durationMs * 1000 };
    const again: Timeline = {
      ...timeline([{ kind: 'clip', clipType: 'media', id: 'again', timelineRange: whole, sourceRange: whole, source: { path: file } }]),
      sources: { [file]: { $opfs: file } },
    };
    const encoded: Settings = { ...settings, audio: false, copy: 'never' };
    const second = await bench.exportFile({ timeline: again, settings: encoded }, info.outputDir);
    expect(told(second.outcome).copiedFrames).toBe(0);

    const path = join(info.outputDir, file);
    await bench.save(file, path);
    const decoded = await expectFrames(path, film, settings, outcome);
    expect(numbers(await read.readFilm(second.path))).toEqual(numbers(decoded));
    if (settings.audio) await expectSound(path, film, settings);
    if (settings.audio && settings.container === 'mp4') {
      // ffmpeg 5.1 gives all of the last packet, 640 samples more; the file says where the sound ends, and browsers end there.
      const { audio } = await read.probe(path);
      const ends = [audio[0]!.duration_ts, (await bench.playedByBrowser(path, RATE_HZ)).length];
      expect(ends, 'samples').toEqual([5 * RATE_HZ, 5 * RATE_HZ]);
    }

    const hashes = await read.packetHashes(path, 'v');
    const source = new Set(await read.packetHashes(await media(Object.keys(film.sources)[0] as MediaName), 'v'));
    expect(told(outcome).copiedFrames).toBe(copied);
    expect(hashes.filter((hash) => source.has(hash)).length, "packets that are the source's").toBe(copied);

    // Before, at and after each place where copying begins or ends.
    const order = hashes.map((hash) => source.has(hash));
    const joins = order.flatMap((is, i) => (i > 0 && is !== order[i - 1] ? [i - 1, i, i + 1, i + 2] : []));
    const looked = [...new Set([0, ...joins, decoded.frames.length - 1])].filter((i) => i < decoded.frames.length);
    const { num, den } = settings.fps === 29.97 ? { num: 30_000, den: 1001 } : { num: 30, den: 1 };
    const seen = await bench.seenByBrowser(
      path,
      looked.map((i) => ((i + 0.5) * den) / num),
    );
    const place = { x: 0, y: 0, width: settings.width, height: settings.height };
    expect(seen.map((luma) => readNumber(luma, settings.width, place))).toEqual(looked.map((i) => read.numberIn(decoded, i)));
  });
}
