/**
 * Frame identity: sources at eight rates, shown at each of the eight. For every output rate one export holds two seconds of every source, so
 * that all 64 pairs are seen, each from MP4 and from Matroska; and of sources with random gaps and odd beginnings.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MP4, rateOf, shot } from './films.ts';
import { film, media, type MediaName } from './fixtures/media.ts';
import { RATE_NAMES, TIMED } from './fixtures/rates.ts';
import { expect, test, type Settings, type Timeline } from './harness.ts';
import { length, shownAt, type Clip } from './model.ts';
import * as read from './read.ts';

const run = promisify(execFile);
const SECONDS = 2;
const EARLY_US = -500_000;

/** Where in its source a clip begins: never at a frame's own time, and in the file that begins late a moment before its first frame. */
const begins = (name: MediaName, index: number): number => (name.startsWith('late') ? 1.2 : 0.1 + 0.0137 * index);

function filmOf(names: readonly MediaName[]): Timeline {
  const items = names.map((name, i) => shot(name, name, [SECONDS * i, SECONDS * (i + 1)], begins(name, i)));
  const sources = Object.fromEntries(names.map((name) => [name, { $media: name }]));
  return { timebase: { fps: 30 }, tracks: [{ id: 'v', kind: 'video', items }], sources };
}

/**
 * From the packets, for the reader of frames leaves out those before time 0. ffprobe 5.1 takes half a frame too much off for an edit list
 * that cuts into B-frames, so a film that begins early is told apart by the frame that its edit list and composition times put at -0.5 s.
 */
async function packetTimes(path: string, firstUs?: number): Promise<read.Pictures> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_entries', 'packet=pts:stream=time_base', path]);
  const { packets, streams } = JSON.parse(stdout) as { packets: { pts: number }[]; streams: { time_base: string }[] };
  const pts = packets.map((packet) => BigInt(packet.pts)).sort((one, other) => Number(one - other));
  const timeBase = read.fraction(streams[0]!.time_base);
  const shift = firstUs === undefined ? 0n : (BigInt(firstUs) * timeBase.den) / (1_000_000n * timeBase.num) - pts[0]!;
  return { pts: pts.map((each) => each + shift), timeBase };
}

for (const rate of RATE_NAMES) {
  test(`at ${rate} every frame of every source is the right one`, async ({ bench }, info) => {
    const timeline = filmOf([...RATE_NAMES.flatMap((name) => [`cfr-${name}.mp4`, `cfr-${name}.mkv`] as const), ...TIMED]);
    const settings: Settings = { ...MP4, width: 160, height: 90, fps: Number(rate), bitrate: 1_500_000, audio: false };
    const sources = new Map<string, read.Pictures>();
    for (const name of Object.keys(timeline.sources)) {
      sources.set(name, await packetTimes(await media(name as MediaName), name === 'early.mp4' ? EARLY_US : undefined));
    }

    const { path } = await bench.exportFile({ timeline, settings }, info.outputDir);
    const decoded = await read.readFilm(path);
    const { frames } = length(timeline.tracks, rateOf(settings.fps));
    expect(decoded.frames).toHaveLength(frames);
    const wrong: string[] = [];
    for (let i = 0; i < frames; i++) {
      const [shown] = shownAt(timeline.tracks, i, rateOf(settings.fps), sources);
      const { id } = shown!.clip as Clip;
      const wanted = `${film(id as MediaName).source}:${shown!.picture}`;
      const number = read.numberIn(decoded, i);
      const found = number ? `${number.source}:${number.index}` : 'unreadable';
      if (found !== wanted) wrong.push(`frame ${i} (${id}) shows ${found}, not ${wanted}`);
    }
    expect(wrong).toEqual([]);
  });
}
