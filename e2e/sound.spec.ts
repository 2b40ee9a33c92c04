/** Sound on time: from sources of every kind, into files of every kind, and beside the picture. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { MediaName } from './fixtures/media.ts';
import { describe as fixture, soundOf, SURROUND_HZ } from './fixtures/media.ts';
import { clicksOf, sing } from './fixtures/sound.ts';
import { MP4, shot, timeline, WEBM } from './films.ts';
import { expect, progressOf, PHASES, test, warningsOf, type Settings, type Timeline } from './harness.ts';
import type { Clip } from './model.ts';
import * as read from './read.ts';

const RATE_HZ = 48_000;
/** 1 ms, and the spread of a click that begins with a sample of zero. */
const ON_TIME = RATE_HZ / 1000 + 2;
/** A cut of any source is on time to the sample, but for the spread of a click. */
const CUT_ON_TIME = 3;
/** WebM stores milliseconds, and Vorbis has packets of two lengths: nothing else tells where one begins. */
const ROUNDED: Partial<Record<MediaName, number>> = { 'tune-vorbis.webm': ON_TIME };
const SLOT_S = 2;

const SOURCES = [
  'mono-8k.wav',
  'mono-16k.flac',
  'mono-22k.mp3',
  'tune.wav',
  'tune.m4a',
  'tune.mp3',
  'tune.ogg',
  'tune-96k.mov',
  'tune-opus.mp4',
  'tune-opus.ogg',
  'tune-opus.webm',
  'tune-vorbis.webm',
  'surround.m4a',
  'surround-7.1.flac',
] as const satisfies readonly MediaName[];

const WAV: Settings = {
  ...MP4,
  codec: false,
  container: 'wav',
  audio: { codec: 'pcm-s16', bitrate: 128_000, sampleRate: RATE_HZ, channels: 2 },
};

/** Each source for `SLOT_S` from half a second on, one after the other. */
function table(): Timeline {
  const slots = SOURCES.map((name, i) => shot(name, name, [i * SLOT_S, (i + 1) * SLOT_S], 0.5));
  return timeline(slots);
}

/** Samples by which clicks of the left side are late: those that are found are those that are due, one for one. */
function lateness(found: readonly number[], due: readonly number[], what: string): number[] {
  expect(found.length, `clicks of ${what} at ${found.join(', ')}, not ${due.join(', ')}`).toBe(due.length);
  return found.map((at, i) => at - due[i]!);
}

const largest = (offsets: readonly number[]): number => Math.max(...offsets.map(Math.abs));

test('sources of every rate, layout and codec are heard on time', async ({ bench }, info) => {
  const { path } = await bench.exportFile({ timeline: table(), settings: WAV }, info.outputDir);
  const { channels, rateHz } = await read.readSound(path);
  expect(rateHz).toBe(RATE_HZ);
  expect(channels[0]!.length).toBe(SOURCES.length * SLOT_S * RATE_HZ);
  const problems: string[] = [];
  SOURCES.forEach((name, i) => {
    const source = soundOf(name)!;
    expect(fixture(name).kind).toBe('tune');
    channels.forEach((samples, channel) => {
      const slot = samples.slice(i * SLOT_S * RATE_HZ, (i + 1) * SLOT_S * RATE_HZ);
      const due = clicksOf(source.seconds, source.channels === 1 ? 0 : channel)
        .map((us) => Math.round(((us - 500_000) * RATE_HZ) / 1e6))
        .filter((at) => at >= 0 && at < SLOT_S * RATE_HZ);
      const offsets = lateness(read.clicksIn(slot, RATE_HZ), due, `${name}, channel ${channel}`);
      if (largest(offsets) > (ROUNDED[name] ?? CUT_ON_TIME)) problems.push(`${name}, channel ${channel}: ${offsets.join(', ')} samples`);
      const tone = read.toneIn(slot, RATE_HZ, source.toneHz, 1000, RATE_HZ / 10);
      if (Math.abs(tone - 0.06) > 0.006) problems.push(`${name}, channel ${channel}: its tone has ${tone.toFixed(4)}`);
    });
  });
  expect(problems).toEqual([]);
});

test('sound is read in the order of its channels, and written at another rate for one loudspeaker', async ({ bench }, info) => {
  const SECONDS = 2;
  const surround = timeline([shot('all', 'tones-5.1.m4a', [0, SECONDS], 0)]);
  const folded = await read.readSound((await bench.exportFile({ timeline: surround, settings: WAV }, info.outputDir)).path);
  const level = (side: number, hz: number): number => read.toneIn(folded.channels[side]!, RATE_HZ, hz, RATE_HZ / 2, RATE_HZ);
  // ITU-R BS.775: the centre and what is behind at -3 dB, and nothing of the LFE.
  const BEHIND = Math.SQRT1_2;
  const due = [
    [1, 0, BEHIND, 0, BEHIND, 0],
    [0, 1, BEHIND, 0, 0, BEHIND],
  ];
  const found = due.map((_, side) => SURROUND_HZ.map((hz) => level(side, hz) / level(0, SURROUND_HZ[0])));
  found.forEach((levels, side) =>
    levels.forEach((level, i) => expect(level, `channel ${i} on side ${side}`).toBeCloseTo(due[side]![i]!, 1)),
  );

  const rateHz = 44_100;
  const settings: Settings = { ...WAV, container: 'm4a', audio: { codec: 'aac', bitrate: 96_000, sampleRate: rateHz, channels: 1 } };
  const clicks = timeline([shot('mono', 'mono-8k.wav', [0, SECONDS], 0.5)]);
  const { path } = await bench.exportFile({ timeline: clicks, settings }, info.outputDir);
  const [stream] = (await read.probe(path)).audio;
  expect(stream).toMatchObject({ sample_rate: String(rateHz), channels: 1, duration_ts: SECONDS * rateHz });
  const byBrowser = await bench.playedByBrowser(path, rateHz);
  expect(byBrowser.length, 'samples in Chromium').toBe(SECONDS * rateHz);
  for (const [who, heard] of Object.entries({ ffmpeg: (await read.readSound(path)).channels[0]!, Chromium: byBrowser }))
    expect(
      largest(
        lateness(
          read.clicksIn(heard, rateHz),
          [0.5, 1.5].map((second) => second * rateHz),
          who,
        ),
      ),
    ).toBeLessThanOrEqual(ON_TIME);
});

interface Kind {
  readonly settings: Settings;
  /** Samples that ffmpeg 5.1 gives beyond the end: it does not cut what an edit list ends within a packet. */
  readonly ffmpegExtra: number;
}

const alone = (container: string, codec: string): Settings => ({
  ...WAV,
  container: container as NonNullable<Settings['container']>,
  audio: { codec: codec as 'aac', bitrate: 160_000, sampleRate: RATE_HZ, channels: 2 },
});

const KINDS: Readonly<Record<string, Kind>> = {
  'AAC in M4A': { settings: alone('m4a', 'aac'), ffmpegExtra: 1024 },
  'Opus in Ogg': { settings: alone('ogg', 'opus'), ffmpegExtra: 0 },
  'PCM in WAV': { settings: alone('wav', 'pcm-s16'), ffmpegExtra: 0 },
  MP3: { settings: alone('mp3', 'mp3'), ffmpegExtra: 0 },
  FLAC: { settings: alone('flac', 'flac'), ffmpegExtra: 0 },
};

const SECONDS = 3.337;
const QUIET = { from: 0.5, to: 2.5, gain: 0.1, balance: -0.25, fadeIn: 0.7 } as const;
/** One clip at its own level, and a quieter one that fades in beside it. */
const FILM = timeline(
  [shot('tune', 'clicks.wav', [0, SECONDS], 0.25)],
  [
    shot('quiet', 'clicks.wav', [QUIET.from, QUIET.to], 0.25 + QUIET.from, {
      audioGain: QUIET.gain,
      audioBalance: QUIET.balance,
      audioFadeInUs: QUIET.fadeIn * 1e6,
    }),
  ],
);

/** The film of `FILM` in float64, of 16 bits, interleaved. */
function reference(): Float64Array {
  const source = sing(soundOf('clicks.wav')!);
  const sum = new Float64Array(2 * Math.floor(SECONDS * RATE_HZ));
  for (let i = 0; i < sum.length; i++) {
    const at = i >> 1;
    const quiet = at - QUIET.from * RATE_HZ;
    const fade = Math.min(1, quiet / (QUIET.fadeIn * RATE_HZ));
    const side = i % 2 ? 1 + QUIET.balance : 1;
    const gain = quiet >= 0 && at < QUIET.to * RATE_HZ ? QUIET.gain * side * fade : 0;
    sum[i] = (1 + gain) * source[2 * 0.25 * RATE_HZ + i]!;
  }
  return sum;
}

for (const [name, { settings, ffmpegExtra }] of Object.entries(KINDS)) {
  const { container } = settings;
  test(`sound alone: ${name}`, async ({ bench }, info) => {
    const { path, outcome } = await bench.exportFile({ timeline: FILM, settings }, info.outputDir);
    const { video, audio } = await read.probe(path);
    expect([video.length, audio.length]).toEqual([0, 1]);
    expect(await read.complaints(path), 'what ffmpeg says against the file').toBe('');
    const phases = progressOf(outcome).map(({ phase }) => phase);
    expect([...new Set(phases)]).toEqual(PHASES);
    expect(progressOf(outcome).at(-1)?.frame).toEqual({ current: outcome.completed!.frames, total: outcome.completed!.frames });
    const n = Math.round((outcome.completed!.frames / 30) * RATE_HZ);
    const due = [0.75, 1.75, 2.75].map((second) => Math.round(second * RATE_HZ));
    const byFfmpeg = (await read.readSound(path)).channels[0]!;
    expect(largest(lateness(read.clicksIn(byFfmpeg, RATE_HZ), due, 'ffmpeg'))).toBeLessThanOrEqual(ON_TIME);
    expect(byFfmpeg.length - n, 'samples too many in ffmpeg').toBeGreaterThanOrEqual(0);
    expect(byFfmpeg.length - n, 'samples too many in ffmpeg').toBeLessThanOrEqual(ffmpegExtra);
    const byBrowser = await bench.playedByBrowser(path, RATE_HZ);
    expect(largest(lateness(read.clicksIn(byBrowser, RATE_HZ), due, 'Chromium'))).toBeLessThanOrEqual(ON_TIME);
    info.annotations.push({ type: 'sound', description: `${byBrowser.length - n} samples too many in Chromium` });
    // What ffmpeg 5.1 decodes beyond the end, the file itself says is none of it, and browsers cut it.
    if (container === 'm4a') expect([audio[0]!.duration_ts, byBrowser.length], 'samples that the file tells of').toEqual([n, n]);
    console.log(`    ${name}: ${byFfmpeg.length - n} samples too many in ffmpeg, ${byBrowser.length - n} in Chromium`);
    if (name === 'PCM in WAV') {
      const due16 = reference();
      const bytes = (await readFile(path)).subarray(-4 * n);
      let worst = 0;
      due16.forEach((sample, i) => (worst = Math.max(worst, Math.abs(bytes.readInt16LE(2 * i) - sample))));
      expect(worst, 'of 16 bits').toBeLessThanOrEqual(1);
    }
  });
}

/** Ten minutes in `make soak`, one in `make test`. */
const MINUTES = Number(process.env.GRAN_SYNC_MINUTES ?? 1);

const RESULTS = fileURLToPath(new URL('../docs/soak.md', import.meta.url));

/** Replaces the row of these codecs in docs/soak.md. */
async function record(codecs: string, offsets: readonly number[], version: string): Promise<void> {
  const row = [
    `${codecs}, ${MINUTES} min at 29.97`,
    `${Math.min(...offsets)} … ${Math.max(...offsets)}`,
    `${Math.abs(offsets.at(-1)! - offsets[0]!)}`,
    `${new Date().toISOString().slice(0, 10)}, Chromium ${version}`,
  ];
  const text = await readFile(RESULTS, 'utf8');
  await writeFile(RESULTS, text.replace(new RegExp(`^\\| ${codecs},.*$`, 'm'), `| ${row.join(' | ')} |`));
}

/** A flash of a frame at every tenth second, and clicks at every second. */
function flashes(): Timeline {
  const seconds = 60 * MINUTES;
  const clicks = Array.from({ length: MINUTES }, (_, i) => shot(`clicks-${i}`, 'clicks.wav', [60 * i, 60 * (i + 1)], 0));
  const lights = Array.from({ length: seconds / 10 }, (_, i): Clip => {
    const timelineRange = { startUs: i * 10_000_000, durationUs: 100_000 };
    return {
      kind: 'clip',
      clipType: 'background',
      id: `flash-${i}`,
      timelineRange,
      sourceRange: timelineRange,
      backgroundColor: '#ffffff',
    };
  });
  return timeline(lights, clicks);
}

for (const base of [MP4, WEBM]) {
  // VP8 is the quickest, and the picture says only when.
  const codec = base.container === 'webm' ? 'vp8' : base.codec;
  const codecs = `${String(codec)} and ${base.audio ? base.audio.codec : ''} in ${base.container}`;
  test(`flash and click for ${MINUTES} min, ${codecs}`, async ({ bench, browser }, info) => {
    test.setTimeout(120_000 * MINUTES);
    const settings: Settings = { ...base, codec, width: 160, height: 120, fps: 29.97, bitrate: 200_000 };
    const { path, outcome } = await bench.exportFile({ timeline: flashes(), settings }, info.outputDir);
    expect(warningsOf(outcome).filter(({ code }) => code !== 'encoder-fallback')).toEqual([]);
    const { pts, timeBase } = await read.pictureTimes(path);
    const film = await read.readFilm(path);
    const bright = film.frames.map((frame) => (frame[80 * 60] ?? 0) > 128);
    const flashed = bright.flatMap((lit, i) => (lit && !bright[i - 1] ? [i] : []));
    expect(flashed.length).toBe(6 * MINUTES);
    const shownAt = flashed.map((i) => (Number(pts[i]) * Number(timeBase.num)) / Number(timeBase.den));
    const byBrowser = await bench.playedByBrowser(path, RATE_HZ);
    const heard = read.clicksIn(byBrowser, RATE_HZ);
    const due = Array.from({ length: 60 * MINUTES }, (_, second) => second * RATE_HZ);
    const offsets = lateness(heard.length === due.length ? heard : [0, ...heard], due, 'Chromium').slice(1);
    expect(largest(offsets), 'samples off in Chromium').toBeLessThanOrEqual(ON_TIME);
    expect(Math.abs(offsets.at(-1)! - offsets[0]!), 'samples of drift').toBeLessThanOrEqual(RATE_HZ / 2000);
    const byFfmpeg = read.clicksIn((await read.readSound(path)).channels[0]!, RATE_HZ);
    expect(largest(lateness(byFfmpeg, due, 'ffmpeg').slice(1)), 'samples off in ffmpeg').toBeLessThanOrEqual(ON_TIME);
    // A frame shows from the first frame time at or after its moment: what is off is off by less than a frame, and never grows.
    shownAt.forEach((seconds, i) =>
      expect(Math.abs(seconds - Math.ceil(10 * i * (30 / 1.001) - 1e-4) / (30 / 1.001))).toBeLessThan(0.0011),
    );
    if (process.env.GRAN_SOAK_RECORD) await record(codecs, offsets, browser.version());
    console.log(`    ${codecs}: clicks off by ${Math.min(...offsets)} to ${Math.max(...offsets)} samples in Chromium`);
  });
}
