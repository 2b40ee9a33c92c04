/** Every frame of an export is the one that §5 of the specification says, and its sound is where its pictures are. */
import { PATCHES, patchRect } from './fixtures/picture.ts';
import { CUTS, expectFrames, expectSound, gap, MP4, placeOf, shot, SPEEDS, timeline, WEBM } from './films.ts';
import { expect, test, warningsOf, type Settings, type Timeline } from './harness.ts';
import * as read from './read.ts';

const RATES = { '30': 30, '29.97': 29.97, '24': 24 } as const;

for (const base of [MP4, WEBM]) {
  for (const [name, fps] of Object.entries(RATES)) {
    test(
      `three ranges of two sources on two tracks, ${base.container} at ${name}`,
      { tag: name === '29.97' ? '@firefox' : [] },
      async ({ bench }, info) => {
        const settings: Settings = { ...base, fps };
        const { path, outcome } = await bench.exportFile({ timeline: CUTS, settings }, info.outputDir);
        await expectFrames(path, CUTS, settings, outcome);
        await expectSound(path, CUTS, settings);
      },
    );
  }
}

test('three ranges of two sources on two tracks, VP8 at 29.97', { tag: '@firefox' }, async ({ bench }, info) => {
  const settings: Settings = { ...WEBM, codec: 'vp8', fps: 29.97 };
  const { path, outcome } = await bench.exportFile({ timeline: CUTS, settings }, info.outputDir);
  expect((await read.probe(path)).video[0]?.codec_name).toBe('vp8');
  await expectFrames(path, CUTS, settings, outcome);
});

for (const settings of [MP4, { ...WEBM, fps: [30_000, 1001] as [number, number] }]) {
  test(`fast, slow, frozen and held, ${settings.container}`, async ({ bench }, info) => {
    const { path, outcome } = await bench.exportFile({ timeline: SPEEDS, settings }, info.outputDir);
    await expectFrames(path, SPEEDS, settings, outcome);
    await expectSound(path, SPEEDS, settings);
  });
}

const STILLS = timeline([
  shot('standing', 'vertical.mp4', [0, 1], 0.4),
  shot('picture', 'still.png', [1, 1.5], 0, { isImage: true }),
  shot('turned', 'turned.jpg', [1.5, 2], 0, { isImage: true }),
  gap('g', [2, 2.2]),
  shot('last', 'long-gop.mp4', [2.2, 2.5], 1),
]);

for (const base of [MP4, WEBM]) {
  test(`a vertical clip and two images, ${base.container}`, { tag: base === MP4 ? '@firefox' : [] }, async ({ bench }, info) => {
    const settings: Settings = { ...base, width: 640, height: 360, bitrate: 5_000_000 };
    const { path, outcome } = await bench.exportFile({ timeline: STILLS, settings }, info.outputDir);
    const decoded = await expectFrames(path, STILLS, settings, outcome);
    const problems: string[] = [];
    for (const [id, index] of [
      ['standing', 15],
      ['picture', 37],
      ['turned', 52],
      ['last', 70],
    ] as const) {
      const clip = STILLS.tracks[0]!.items.find((item) => item.id === id)!;
      if (clip.kind !== 'clip') throw new TypeError(`${id} is no clip`);
      for (const patch of PATCHES) {
        const seen = read.colourIn(decoded, index, patchRect(patch, placeOf(clip, settings)));
        if (read.distance(seen, patch.colour) > 4) problems.push(`${id} ${patch.name}: ${seen.map(Math.round)}, not ${patch.colour}`);
      }
    }
    expect(problems).toEqual([]);
    const pillar = read.colourIn(decoded, 15, { x: 20, y: 20, width: 160, height: 320 });
    expect(read.distance(pillar, [0, 0, 0]), `beside the vertical clip: ${pillar.map(Math.round)}`).toBeLessThanOrEqual(2);
  });
}

test('what a browser loses of colours as it decodes is told of by name', { tag: '@firefox' }, async ({ bench, browserName }) => {
  const names = ['hdr.webm', 'alpha.webm', 'bars-601-full.mp4', 'vertical.mp4'] as const;
  const film = timeline(names.map((name, i) => shot(name, name, [i / 5, (i + 1) / 5], 0)));
  const outcome = await bench.export({ timeline: film, settings: { ...MP4, audio: false }, output: { $opfs: bench.name() } });
  const told = warningsOf(outcome).map(({ code, clipId, message }) => `${code} ${clipId}: ${message}`);
  const lost = [
    'colours hdr.webm: hdr.webm is HDR, which this browser does not bring down to SDR: its colours come out pale.',
    'colours alpha.webm: alpha.webm has transparent parts, which this browser decodes roughly: where it is half transparent its colours are a little off.',
    'colours bars-601-full.mp4: bars-601-full.mp4 uses the full range of levels, of which this browser cuts the darkest and the brightest.',
  ].map((each) => `${each} Export in Chrome or Edge, or convert the file first.`);
  const down = ['hdr hdr.webm: hdr.webm is HDR. Its colours are brought down to the SDR of the file.'];
  expect(told).toEqual(browserName === 'firefox' ? lost : down);
});

test('exported twice, the pictures and the sound are the same', async ({ bench }, info) => {
  const once = await bench.exportFile({ timeline: CUTS, settings: MP4 }, info.outputDir);
  const again = await bench.exportFile({ timeline: CUTS, settings: MP4 }, info.outputDir);
  expect(await read.fingerprint(again.path)).toEqual(await read.fingerprint(once.path));
});

test('a film without sound has no sound track, and one with it has one even if no source sounds', async ({ bench }, info) => {
  const film = timeline([shot('only', 'silent.mp4', [0, 0.5], 0)]);
  const mute = await bench.exportFile({ timeline: film, settings: { ...MP4, audio: false } }, info.outputDir);
  expect((await read.probe(mute.path)).audio).toEqual([]);
  const silent = await bench.exportFile({ timeline: film, settings: MP4 }, info.outputDir);
  expect((await read.probe(silent.path)).audio).toHaveLength(1);
  const { channels } = await read.readSound(silent.path);
  expect(Math.max(...channels.map((samples) => samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)))).toBe(0);
});

for (const name of ['tune.wav', 'tune.ogg', 'tune.mp3'] as const) {
  test(`${name}, sound alone and at its own rate, is heard where it is cut`, async ({ bench }, info) => {
    const pictures = timeline([shot('picture', 'silent.mp4', [0, 2], 0)]);
    const heard: Timeline = {
      ...pictures,
      tracks: [...pictures.tracks, { id: 'a', kind: 'audio', items: [shot('tune', name, [0.3, 1.9], 0.8)] }],
      sources: { ...pictures.sources, [name]: { $media: name } },
    };
    const { path } = await bench.exportFile({ timeline: heard, settings: MP4 }, info.outputDir);
    await expectSound(path, heard, MP4);
  });
}

test('an export that needs no fallback warns of nothing', async ({ bench }) => {
  const outcome = await bench.export({ timeline: CUTS, settings: WEBM, output: { $opfs: bench.name('webm') } });
  expect(warningsOf(outcome)).toEqual([]);
});
