/** Every way of drawing, in pixels: scenes that the built app exports, against pictures that ffmpeg or arithmetic makes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, warningsOf, type Settings } from './harness.ts';
import { decoded, flatDifference, HEIGHT, offset, ssim, WIDTH, type Picture } from './pixels.ts';
import { FRAMES, SCENES } from './scenes.ts';

const SETTINGS: Settings = {
  width: WIDTH,
  height: HEIGHT,
  fps: 30,
  codec: 'avc',
  bitrate: 20_000_000,
  container: 'mp4',
  audio: false,
};

/**
 * Chromium's own conversion of 709 video for a canvas counts blue by 2 where 2.112 is right (libyuv's six-bit fractions), so that a
 * saturated blue comes out up to 8 levels darker or lighter. The means of red and green are the measure of what is ours.
 */
const BLUE_TOLERANCE = 9;

/** Where `make scenes` wants the pictures. */
const sheets = process.env.GRAN_SCENES;

async function keep(name: string, picture: Picture): Promise<void> {
  if (!sheets) return;
  await mkdir(sheets, { recursive: true });
  await writeFile(join(sheets, `${name}.ppm`), Buffer.concat([Buffer.from(`P6 ${WIDTH} ${HEIGHT} 255\n`), picture]));
}

for (const [number, scene] of SCENES.entries()) {
  test(scene.name, async ({ bench }, info) => {
    const { path, outcome } = await bench.exportFile({ timeline: scene.timeline, settings: SETTINGS }, info.outputDir);
    expect(outcome.completed?.frames).toBe(FRAMES);
    expect(warningsOf(outcome).map(({ code }) => code)).toEqual(scene.warns ? [scene.warns] : []);
    const [pictures, references] = [await decoded(path), await scene.reference()];
    expect(pictures).toHaveLength(FRAMES);
    const label = String(number).padStart(2, '0');
    await keep(`${label}-a`, pictures[8]!);
    await keep(`${label}-b`, references[Math.min(8, references.length - 1)] ?? pictures[8]!);
    if (references.length === 0) return;
    let [least, redGreen, blue] = [1, 0, 0];
    for (const index of [0, 7, 11]) {
      const [picture, reference] = [pictures[index]!, references[Math.min(index, references.length - 1)]!];
      least = Math.min(least, ssim(picture, reference));
      const flat = flatDifference(picture, reference);
      [redGreen, blue] = [Math.max(redGreen, flat.redGreen), Math.max(blue, flat.blue)];
      expect.soft(offset(picture, reference), `frame ${index}: shift of the edges`).toEqual([0, 0]);
    }
    console.log(`    ${scene.name}: SSIM ${least.toFixed(4)}, flat areas off by ${redGreen.toFixed(1)}, in blue ${blue.toFixed(1)}`);
    expect.soft(least, 'SSIM of luma, worst frame').toBeGreaterThanOrEqual(scene.likeness ?? 0.98);
    expect.soft(redGreen, 'flat areas, levels of red and green').toBeLessThanOrEqual(4);
    expect.soft(blue, 'flat areas, levels of blue').toBeLessThanOrEqual(BLUE_TOLERANCE);
  });
}
