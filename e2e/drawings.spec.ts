/** SVG files: drawn by the page as large as they are needed, with nothing that they would run or load. */
import { MP4, shot } from './films.ts';
import { expect, test, warningsOf, type GivenFile, type Settings, type Timeline } from './harness.ts';
import type { Rgb } from './fixtures/picture.ts';
import * as read from './read.ts';

const SETTINGS: Settings = { ...MP4, audio: false, bitrate: 8_000_000 };
const RED: Rgb = [255, 0, 0];
const BLUE: Rgb = [0, 0, 255];

/** Red on the left, blue on the right. */
const halves = (attributes: string, inside = ''): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><style>#r{fill:#f00}</style>` +
  `<rect id="r" width="50%" height="100%"/><rect x="50%" width="50%" height="100%" fill="#00f"/>${inside}</svg>`;

function filmOf(svg: string, extra: object = {}): Timeline {
  const clip = { ...shot('d', 'd.svg' as never, [0, 0.1], 0, { isImage: true }), ...extra };
  return {
    timebase: { fps: 30 },
    tracks: [{ id: 'v', kind: 'video', items: [clip] }],
    sources: { 'd.svg': { $file: svg, name: 'd.svg' } },
  };
}

/** The first place of a row whose luma is nearer to that of the right side, and how many px are neither the one nor the other. */
function edge(film: read.Film): { at: number; soft: number } {
  const row = read.frameOf(film, 1).subarray(90 * film.width, 91 * film.width);
  const [left, right] = [row[20]!, row[300]!];
  const nearRight = (luma: number): boolean => Math.abs(luma - right) < Math.abs(luma - left);
  const soft = row.filter((luma) => Math.min(Math.abs(luma - left), Math.abs(luma - right)) > 10).length;
  return { at: row.findIndex(nearRight), soft };
}

const KINDS: Readonly<Record<string, string>> = {
  'a tiny drawing': halves('width="16" height="9" viewBox="0 0 16 9"'),
  'a drawing without a box': halves('width="16" height="9"'),
  'a drawing without a size': halves('viewBox="0 0 16 9"'),
  'a drawing of a billion px': halves('viewBox="0 0 1600000000 900000000"'),
  'a drawing that reaches out': halves(
    'width="16" height="9" viewBox="0 0 16 9"',
    '<image href="https://canary.invalid/a.png" width="1" height="1"/><style>@import url(https://canary.invalid/b.css);</style>' +
      '<script>fetch("https://canary.invalid/c")</script><use href="https://canary.invalid/d.svg#x"/>',
  ),
};

for (const [name, svg] of Object.entries(KINDS)) {
  test(`${name} is sharp and asks for nothing`, async ({ bench }, info) => {
    const { path } = await bench.exportFile({ timeline: filmOf(svg), settings: SETTINGS }, info.outputDir);
    const decoded = await read.readFilm(path);
    const sides = [20, 200].map((x) => read.colourIn(decoded, 1, { x, y: 40, width: 100, height: 100 }));
    expect(read.distance(sides[0]!, RED), `left: ${sides[0]!.map(Math.round)}`).toBeLessThanOrEqual(6);
    expect(read.distance(sides[1]!, BLUE), `right: ${sides[1]!.map(Math.round)}`).toBeLessThanOrEqual(6);
    const { at, soft } = edge(decoded);
    expect(Math.abs(at - 160), `the edge is at ${at}`).toBeLessThanOrEqual(1);
    expect(soft, 'px between the two').toBeLessThanOrEqual(4);
  });
}

test('a drawing in a nested timeline is drawn, and an animated one is told of', async ({ bench }, info) => {
  const inner = filmOf(halves('width="16" height="9"', '<rect><animate attributeName="x" to="9" dur="1s"/></rect>'));
  const clip = { ...shot('n', 'inner' as never, [0, 0.1], 0), clipType: 'timeline' as never };
  const timeline: Timeline = {
    timebase: { fps: 30 },
    tracks: [{ id: 'v', kind: 'video', items: [clip] }],
    sources: {},
    timelines: { inner },
  };
  const { path, outcome } = await bench.exportFile({ timeline, settings: SETTINGS }, info.outputDir);
  expect(warningsOf(outcome)).toMatchObject([{ code: 'animation', clipId: 'n' }]);
  expect(edge(await read.readFilm(path)).at).toBeGreaterThan(158);
});

const levels = Array.from({ length: 30 }, (_, i) => `<g id="l${i + 1}"><use href="#l${i}"/><use href="#l${i}"/></g>`).join('');
const BROKEN: Readonly<Record<string, readonly [svg: string, words: string]>> = {
  'half a drawing': ['<svg xmlns="http://www.w3.org/2000/svg"><rect', 'it is no whole drawing'],
  'something else': ['<html><svg/></html>', 'it is no whole drawing'],
  'a billion laughs': [halves('width="16" height="9"', `<g id="l0"/>${levels}`), 'it has too many parts'],
};

test('drawings that cannot be drawn are refused by name', async ({ bench }) => {
  for (const [name, [svg, words]] of Object.entries(BROKEN)) {
    const { error } = await bench.export({ timeline: filmOf(svg), settings: SETTINGS, output: { $opfs: bench.name() } });
    expect(error?.message, name).toContain(`d.svg cannot be drawn: ${words}`);
    expect(error, name).toMatchObject({ clipId: 'd', recoverable: true });
  }
  // What the browser's parser puts in place of a damaged document has styles, of which the policy complains.
  bench.tolerated = [/Applying inline style violates/];
  await bench.page.evaluate(() => granRecord.violations.splice(0));
});

test('a worker to which no page lends a hand refuses a drawing by name', async ({ bench }) => {
  const wire = await bench.openWire();
  const name = bench.name();
  await wire.post({ type: 'init_export', timeline: filmOf(KINDS['a tiny drawing']!), settings: SETTINGS, writablePort: { $opfs: name } });
  expect((await wire.ended()).message).toContain('d.svg is an SVG drawing, which only a page can draw');
  await wire.close();
});

test('a drawing is probed with its own size', async ({ bench }) => {
  const file: GivenFile = { $file: KINDS['a tiny drawing']!, name: 'd.svg' };
  const { value } = await bench.ask('probeSource', file);
  expect(value).toMatchObject({ kind: 'image', video: { width: 16, height: 9 } });
});
