/** Every way of drawing, in pixels: scenes that the built app exports, against pictures that ffmpeg or arithmetic makes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executorOf, expect, test, warningsOf, type Settings } from './harness.ts';
import { decoded, filtered, flatDifference, HEIGHT, offset, ssim, WIDTH, type Picture } from './pixels.ts';
import { FRAMES, SCENES, textAlone } from './scenes.ts';

const SETTINGS: Settings = {
  width: WIDTH,
  height: HEIGHT,
  fps: 30,
  codec: 'avc',
  bitrate: 20_000_000,
  container: 'mp4',
  audio: false,
};

const EXECUTORS = ['2d', 'pixi'] as const;
/** Not those with alpha, full range or HDR: of these frames.spec.ts looks that it is told. */
const FIREFOX = [
  'colours of a clip',
  'half seen, flipped, in a corner',
  'a nested timeline, half seen and smaller',
  'a text in the bundled font',
];
const LOOKED_AT = [0, 7, 11];

/** Where `make scenes` wants the pictures. */
const sheets = process.env.GRAN_SCENES;

async function keep(name: string, picture: Picture): Promise<void> {
  if (!sheets) return;
  await mkdir(sheets, { recursive: true });
  await writeFile(join(sheets, `${name}.ppm`), Buffer.concat([Buffer.from(`P6 ${WIDTH} ${HEIGHT} 255\n`), picture]));
}

for (const [number, scene] of SCENES.entries()) {
  test(scene.name, { tag: FIREFOX.includes(scene.name) ? '@firefox' : [] }, async ({ bench }, info) => {
    const references = await scene.reference();
    const drawn: Picture[][] = [];
    const hasWebGl = await bench.page.evaluate(() => new OffscreenCanvas(1, 1).getContext('webgl2') !== null);
    for (const executor of EXECUTORS.filter((executor) => executor !== 'pixi' || hasWebGl)) {
      const { path, outcome } = await bench.exportFile({ timeline: scene.timeline, settings: { ...SETTINGS, executor } }, info.outputDir);
      expect(outcome.completed?.frames).toBe(FRAMES);
      expect(warningsOf(outcome).map(({ code }) => code)).toEqual(scene.warns ? [scene.warns] : []);
      expect(executorOf(outcome)).toBe(executor);
      const pictures = await decoded(path);
      expect(pictures).toHaveLength(FRAMES);
      drawn.push(pictures);
      let [least, flat] = [1, 0];
      for (const index of references.length === 0 ? [] : LOOKED_AT) {
        const [picture, reference] = [pictures[index]!, references[Math.min(index, references.length - 1)]!];
        least = Math.min(least, ssim(picture, reference));
        flat = Math.max(flat, flatDifference(picture, reference));
        expect.soft(offset(picture, reference), `${executor}, frame ${index}: shift of the edges, px`).toBeLessThanOrEqual(1);
      }
      if (references.length) console.log(`    ${scene.name}, ${executor}: SSIM ${least.toFixed(4)}, flat areas off by ${flat.toFixed(1)}`);
      expect.soft(least, `${executor}: SSIM of luma, worst frame`).toBeGreaterThanOrEqual(0.98);
      expect.soft(flat, `${executor}: flat areas, levels`).toBeLessThanOrEqual(4);
      expect.soft(scene.faults?.(pictures[7]!) ?? [], executor).toEqual([]);
    }
    const [plain, pixi] = drawn as [Picture[], Picture[]?];
    if (!pixi) return;
    const alike = Math.min(...LOOKED_AT.map((index) => ssim(plain[index]!, pixi[index]!)));
    console.log(`    ${scene.name}: SSIM of the two ${alike.toFixed(4)}`);
    expect.soft(alike, 'the executors against each other').toBeGreaterThanOrEqual(0.98);
    const label = `${String(number).padStart(2, '0')}-${scene.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    await keep(`${label}-a`, plain[8]!);
    await keep(`${label}-b`, pixi[8]!);
    await keep(`${label}-c`, references[Math.min(8, references.length - 1)] ?? plain[8]!);
  });
}

test('a film with alpha', async ({ bench }, info) => {
  const scene = SCENES.find(({ name }) => name === 'a source with alpha')!;
  const seeThrough = { ...scene.timeline, tracks: scene.timeline.tracks.slice(0, 1) };
  const [reference] = await scene.reference();
  for (const executor of EXECUTORS) {
    const settings: Settings = { ...SETTINGS, codec: 'vp9', container: 'webm', alpha: true, executor };
    const { path } = await bench.exportFile({ timeline: seeThrough, settings }, info.outputDir);
    // ffmpeg's own VP9 decoder leaves the alpha out; libvpx's does not.
    const [picture] = await filtered(
      [path],
      `color=0x336699:s=${WIDTH}x${HEIGHT}:r=30,format=gbrp[sea];[0:v]format=gbrap[p];[sea][p]overlay=format=gbrp:shortest=1[out]`,
      ['-c:v', 'libvpx-vp9'],
    );
    expect(ssim(picture!, reference!), executor).toBeGreaterThanOrEqual(0.98);
    expect(flatDifference(picture!, reference!), executor).toBeLessThanOrEqual(4);
  }
});

test('a font of the project writes as the same font that came with the app', async ({ bench }, info) => {
  const own = { ...textAlone('Quartz glyphs', 'My Font'), fonts: { 'My Font': { $media: 'noto.woff2' as const } } };
  const exports = [];
  for (const timeline of [own, textAlone('Quartz glyphs', 'sans-serif')]) {
    const { path, outcome } = await bench.exportFile({ timeline, settings: SETTINGS }, info.outputDir);
    expect(warningsOf(outcome)).toEqual([]);
    exports.push(await decoded(path));
  }
  expect(ssim(exports[0]![0]!, exports[1]![0]!)).toBeGreaterThan(0.9999);
});

test('fonts and letters that are not there are told', async ({ bench }, info) => {
  const timeline = textAlone('Tangut \u{17000}', 'No Such Font');
  const { outcome } = await bench.exportFile({ timeline, settings: SETTINGS }, info.outputDir);
  expect(warningsOf(outcome).map(({ code }) => code)).toEqual(['font-missing', 'glyph-missing']);
});
