/** Packets that go from a source into the file as they are: the same bytes, cut to the sample. */
import { media, soundOf, type MediaName } from './fixtures/media.ts';
import { clicksOf } from './fixtures/sound.ts';
import { MP4, shot, timeline } from './films.ts';
import { expect, test, warningsOf, type Outcome, type Settings } from './harness.ts';
import * as read from './read.ts';

const RATE_HZ = 48_000;
const FROM_S = 0.712345;
const SECONDS = 2;
const MATROSKA = ['mkv', 'webm'];

/** How the sound came into the file, as the telemetry tells. */
function soundBy(outcome: Outcome): unknown {
  return outcome.messages.map(({ message }) => message).findLast(({ type }) => type === 'telemetry')?.sound;
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
    expect(soundBy(outcome)).toBe('copied');
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
    const byChromium = await bench.playedByChromium(path, RATE_HZ);
    for (const [who, heard] of Object.entries({ byFfmpeg, byChromium })) {
      const clicks = read.clicksIn(heard, RATE_HZ);
      expect(clicks.length, `clicks ${who} at ${clicks.join(', ')}`).toBe(due.length);
      clicks.forEach((at, i) => expect(Math.abs(at - due[i]!), `click ${i} ${who}`).toBeLessThanOrEqual(ON_TIME));
      // Nothing is missing at the end, and hardly anything too much: not every player cuts within a packet.
      expect(heard.length - n, `samples too many ${who}`).toBeGreaterThanOrEqual(-ON_TIME);
      expect(heard.length - n, `samples too many ${who}`).toBeLessThan(1024);
    }
    if (alike === undefined) return;
    const from = Math.round(FROM_S * RATE_HZ);
    const original = (await read.readSound(await media(source))).channels[0]!.subarray(from, from + n);
    const worst = original.reduce((most, sample, i) => Math.max(most, Math.abs(sample - byFfmpeg[i]!)), 0);
    expect(worst, 'off from the source').toBeLessThanOrEqual(alike);
  });
}
