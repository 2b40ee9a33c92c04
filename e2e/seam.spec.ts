/** Frames that went straight from decoder to encoder and frames that were drawn must look the same beside each other. */
import { media } from './fixtures/media.ts';
import { PATCHES, patchRect, type Rgb } from './fixtures/picture.ts';
import { expectFrames, MP4, shot, timeline, WEBM } from './films.ts';
import { expect, test, type Settings } from './harness.ts';
import * as read from './read.ts';

/** Of 255, for one channel of a flat patch. */
const TOLERANCE = 4;
/** Least that must be drawn, and too little to be seen. */
const DRAWN = { opacity: 0.999 };

const FILMS = {
  'straight, drawn, straight': timeline([
    shot('before', 'long-gop.mp4', [0, 1], 1),
    shot('between', 'long-gop.mp4', [1, 2], 2, DRAWN),
    shot('after', 'long-gop.mp4', [2, 3], 3),
  ]),
  'drawn, straight, drawn, of another codec': timeline([
    shot('before', 'ms-pts.webm', [0, 1], 1, DRAWN),
    shot('between', 'ms-pts.webm', [1, 2], 2),
    shot('after', 'ms-pts.webm', [2, 3], 3, DRAWN),
  ]),
  'straight from one codec, straight from the other': timeline([
    shot('before', 'long-gop.mp4', [0, 1], 1),
    shot('between', 'ms-pts.webm', [1, 2], 2),
    shot('after', 'silent.mp4', [2, 3], 0),
  ]),
};

function patchesAt(film: read.Film, index: number): Map<string, Rgb> {
  return new Map(PATCHES.map((patch) => [patch.name, read.colourIn(film, index, patchRect(patch, read.whole(film)))]));
}

for (const base of [MP4, WEBM]) {
  for (const [name, film] of Object.entries(FILMS)) {
    test(`${name}, ${base.container}`, async ({ bench }, info) => {
      const settings: Settings = { ...base, bitrate: 6_000_000 };
      const { path, outcome } = await bench.exportFile({ timeline: film, settings }, info.outputDir);
      const { video } = await read.probe(path);
      for (const tag of ['color_range', 'color_space', 'color_transfer', 'color_primaries'] as const) {
        expect(video[0]?.[tag], tag).toMatch(/^(?!unknown)\w+/);
      }
      const decoded = await expectFrames(path, film, settings, outcome);
      const sources = new Map<string, read.Film>();
      const problems: string[] = [];
      let worst = 0;
      for (const item of film.tracks[0]!.items) {
        if (item.kind !== 'clip' || !item.source || !item.sourceRange) continue;
        const { startUs } = item.timelineRange;
        const source = sources.get(item.source.path) ?? (await read.readFilm(await media(item.source.path as 'long-gop.mp4')));
        sources.set(item.source.path, source);
        // A frame after the cut, one in the middle, and the last before the next cut.
        for (const index of [(startUs / 1e6) * 30, (startUs / 1e6) * 30 + 15, (startUs / 1e6) * 30 + 29]) {
          const found = patchesAt(decoded, index);
          const original = patchesAt(source, read.numberIn(decoded, index)!.index);
          for (const { name, colour } of PATCHES) {
            const [seen, was] = [found.get(name)!, original.get(name)!];
            const off = Math.max(read.distance(seen, was), read.distance(seen, colour));
            worst = Math.max(worst, off);
            if (off > TOLERANCE)
              problems.push(`${item.id} ${index} ${name}: ${seen.map(Math.round)}, source ${was.map(Math.round)}, painted ${colour}`);
          }
        }
      }
      expect(problems).toEqual([]);
      const [last, first] = [patchesAt(decoded, 29), patchesAt(decoded, 30)];
      for (const { name } of PATCHES)
        expect(read.distance(last.get(name)!, first.get(name)!), `${name} across the cut`).toBeLessThanOrEqual(TOLERANCE);
      console.log(`    ${info.title}: patches off by ${worst.toFixed(1)} at most`);
    });
  }
}
