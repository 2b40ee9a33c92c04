/** Other programs' files in and out through the built client: OpenTimelineIO and captions. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expectFrames, MP4, shot, timeline, WEBM } from './films.ts';
import { expect, test, type GivenFile, type Timeline } from './harness.ts';
import * as read from './read.ts';

const run = promisify(execFile);

const file = (name: string, text: string): GivenFile => ({ $file: text, name });
const time = (value: number) => ({ OTIO_SCHEMA: 'RationalTime.1', value, rate: 30 });
const span = (start: number, duration: number) => ({ OTIO_SCHEMA: 'TimeRange.1', start_time: time(start), duration: time(duration) });
const cut = (name: string, target_url: string, start: number, duration: number) => ({
  OTIO_SCHEMA: 'Clip.2',
  name,
  source_range: span(start, duration),
  media_references: { DEFAULT_MEDIA: { OTIO_SCHEMA: 'ExternalReference.1', target_url } },
  active_media_reference_key: 'DEFAULT_MEDIA',
});
const otio = (...children: unknown[]) =>
  JSON.stringify({
    OTIO_SCHEMA: 'Timeline.1',
    name: 'Cut',
    tracks: {
      OTIO_SCHEMA: 'Stack.1',
      children: [{ OTIO_SCHEMA: 'Track.1', kind: 'Video', children }],
      markers: [{ OTIO_SCHEMA: 'Marker.2', name: 'here', color: 'RED', marked_range: span(15, 0) }],
    },
  });

test('a timeline of another program is imported, exported to a film and written back', async ({ bench }, info) => {
  const given = otio(
    cut('one', 'long-gop.mp4', 18, 20),
    { OTIO_SCHEMA: 'Gap.1', source_range: span(0, 4) },
    cut('two', 'ms-pts.webm', 40, 10),
  );
  const { value } = await bench.ask('importOtio', file('cut.otio', given));
  expect(value.name).toBe('Cut');
  expect(value.media.map(({ path }: { path: string }) => path)).toEqual(['long-gop.mp4', 'ms-pts.webm']);
  expect(value.markers).toMatchObject([{ timeUs: 500_000, name: 'here', color: 'RED' }]);
  expect(value.report).toEqual({ kept: ['1 track', '2 clips', '1 marker'], approximated: [], ignored: [] });
  const sources = { 'long-gop.mp4': { $media: 'long-gop.mp4' as const }, 'ms-pts.webm': { $media: 'ms-pts.webm' as const } };
  const film = { ...value.timeline, sources };
  const { path, outcome } = await bench.exportFile({ timeline: film, settings: { ...MP4, audio: false } }, info.outputDir);
  await expectFrames(path, film, MP4, outcome);
  const written = await bench.ask('exportOtio', film, { name: value.name, markers: value.markers });
  const again = await bench.ask('importOtio', file('again.otio', written.value));
  expect(again.value).toEqual(value);
});

test('a timeline clip shows an OpenTimelineIO file among the sources', async ({ bench }, info) => {
  const film = timeline([shot('first', 'silent.mp4', [0, 0.5], 0)]);
  const nested = (path: string, start: number) => ({
    ...shot('nested', path as never, [start, start + 0.5], 0.1),
    clipType: 'timeline' as never,
  });
  const given: Timeline = {
    ...film,
    tracks: [{ ...film.tracks[0]!, items: [...film.tracks[0]!.items, nested('cut.otio', 0.5)] }],
    sources: {
      ...film.sources,
      'long-gop.mp4': { $media: 'long-gop.mp4' },
      'cut.otio': file('cut.otio', otio(cut('inner', 'long-gop.mp4', 30, 60))),
    },
  };
  const settings = { ...MP4, audio: false as const };
  const { path } = await bench.exportFile({ timeline: given, settings }, info.outputDir);
  const decoded = await read.readFilm(path);
  expect([14, 15, 29].map((index) => read.numberIn(decoded, index))).toEqual([
    { source: 4, index: 14 },
    { source: 1, index: 33 },
    { source: 1, index: 47 },
  ]);
  const { 'long-gop.mp4': _, ...without } = given.sources;
  const lost = await bench.export({ timeline: { ...given, sources: without }, settings, output: { $opfs: bench.name() } });
  expect(lost.error).toMatchObject({ code: 'E_MISSING' });
  expect(lost.error?.message).toContain('long-gop.mp4 is not among the sources');
});

test('a file that is none is refused with its name and the place', async ({ bench }) => {
  const { error } = await bench.ask('importOtio', file('cut.otio', otio({ ...cut('a', 'b', 0, 5), source_range: [] })));
  expect(error).toMatchObject({ code: 'E_CONTRACT', recoverable: true });
  expect(error?.message).toContain('cut.otio: tracks.children[0].children[0].source_range: must be an object');
  const captions = await bench.ask('importCaptions', file('x.srt', 'no captions here'));
  expect(captions.error?.message).toContain('x.srt: The file is none of SRT, WebVTT, ASS, SSA');
  const nonsense = await bench.ask('exportCaptions', [{ startUs: 0, durationUs: 0, text: '' }], 'srt');
  expect(nonsense.error?.message).toContain('captions[0].durationUs');
});

const SRT = '1\n00:00:00,200 --> 00:00:00,600\nHello <i>world</i>\n\n2\n00:00:00,700 --> 00:00:00,900\nПривет\n';

test('captions are imported, exported, embedded and drawn', async ({ bench }, info) => {
  const { value } = await bench.ask('importCaptions', file('a.srt', SRT));
  expect(value).toEqual({
    format: 'SRT',
    captions: [
      { startUs: 200_000, durationUs: 400_000, text: 'Hello world' },
      { startUs: 700_000, durationUs: 200_000, text: 'Привет' },
    ],
    notes: [],
  });
  const vtt = await bench.ask('exportCaptions', value.captions, 'vtt');
  expect(vtt.value).toBe('WEBVTT\n\n00:00:00.200 --> 00:00:00.600\nHello world\n\n00:00:00.700 --> 00:00:00.900\nПривет\n');

  const film = { ...timeline([shot('a', 'silent.mp4', [0, 1], 0)]), captions: value.captions };
  for (const base of [MP4, WEBM, { ...WEBM, container: 'mkv' as const }]) {
    const settings = { ...base, captions: 'embed' as const };
    const { path, outcome } = await bench.exportFile({ timeline: film, settings }, info.outputDir);
    await expectFrames(path, film, settings, outcome);
    expect(await captionsIn(path, base.container === 'mp4'), base.container).toEqual(['200 400 Hello world', '700 200 Привет']);
  }

  const { path } = await bench.exportFile({ timeline: film, settings: { ...MP4, captions: 'burn' } }, info.outputDir);
  const decoded = await read.readFilm(path);
  const seen = await bench.exportFile({ timeline: film, settings: MP4 }, info.outputDir);
  const plain = await read.readFilm(seen.path);
  const changed = decoded.frames.flatMap((_, i) => (lowerDifference(decoded, plain, i) > 4 ? [i] : []));
  expect(changed).toEqual([...Array.from({ length: 12 }, (_, i) => 6 + i), ...Array.from({ length: 6 }, (_, i) => 21 + i)]);
});

/** `start duration text` in milliseconds, by ffprobe. In MP4 its reader knows no WebVTT, so there the samples themselves are looked at. */
async function captionsIn(path: string, boxed: boolean): Promise<string[]> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-select_streams', '2', '-show_packets', '-show_data', path]);
  const { packets } = JSON.parse(stdout) as { packets: { pts_time: string; duration_time: string; data: string }[] };
  return packets.flatMap(({ pts_time, duration_time, data }) => {
    const bytes = Buffer.from(
      data
        .split('\n')
        .map((line) => line.slice(10, 50).replace(/ /g, ''))
        .join(''),
      'hex',
    );
    const payl = bytes.indexOf('payl');
    if (boxed && payl < 0) return []; // an empty cue: a gap
    const text = boxed ? bytes.subarray(payl + 4) : bytes;
    return [`${Math.round(Number(pts_time) * 1000)} ${Math.round(Number(duration_time) * 1000)} ${text.toString('utf8')}`];
  });
}

/** Mean difference of luma in the middle of the bottom, where captions stand. */
function lowerDifference(one: read.Film, other: read.Film, index: number): number {
  const [a, b] = [read.frameOf(one, index), read.frameOf(other, index)];
  const differences: number[] = [];
  for (let y = Math.floor(one.height * 0.85); y < one.height * 0.95; y++) {
    for (let x = Math.floor(one.width * 0.45); x < one.width * 0.55; x++) {
      const at = y * one.width + x;
      differences.push(Math.abs((a[at] ?? 0) - (b[at] ?? 0)));
    }
  }
  return differences.reduce((sum, each) => sum + each, 0) / differences.length;
}
