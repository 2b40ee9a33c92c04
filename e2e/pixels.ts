/** Pictures as RGB, and how alike two of them are. ffmpeg decodes and filters; the arithmetic is done here. */
import { spawn } from 'node:child_process';

export const WIDTH = 320;
export const HEIGHT = 180;
const SIZE = WIDTH * HEIGHT * 3;

/** RGB24, WIDTH × HEIGHT. */
export type Picture = Uint8Array;

/** From the planes as the file describes them: ffmpeg's default would take the wrong matrix for an untold one. */
export const AS_RGB = 'scale=flags=accurate_rnd+full_chroma_int+bilinear,format=gbrp';

/** What ffmpeg makes of `inputs` by a filter graph whose output is called `out`. */
export function filtered(inputs: readonly string[], graph: string): Promise<Picture[]> {
  const args = [...inputs.flatMap((input) => ['-i', input]), '-filter_complex', `${graph};[out]format=rgb24[rgb]`, '-map', '[rgb]'];
  const child = spawn('ffmpeg', ['-hide_banner', '-v', 'error', ...args, '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1']);
  const pieces: Buffer[] = [];
  let complaint = '';
  child.stdin.end();
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const raw = Buffer.concat(pieces);
      if (code !== 0 || raw.length === 0 || raw.length % SIZE !== 0)
        return reject(new Error(complaint || `ffmpeg gave ${raw.length} bytes`));
      resolve(Array.from({ length: raw.length / SIZE }, (_, i) => raw.subarray(i * SIZE, (i + 1) * SIZE)));
    });
  });
}

export function decoded(path: string): Promise<Picture[]> {
  return filtered([path], `[0:v]${AS_RGB}[out]`);
}

/** A picture from a rule for each px. */
export function drawn(rule: (x: number, y: number) => readonly [number, number, number]): Picture {
  const picture = new Uint8Array(SIZE);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      picture.set(
        rule(x, y).map((level) => Math.min(255, Math.max(0, Math.round(level)))),
        3 * (y * WIDTH + x),
      );
  return picture;
}

export function mapped(picture: Picture, rule: (rgb: readonly [number, number, number]) => readonly [number, number, number]): Picture {
  return drawn((x, y) => {
    const at = 3 * (y * WIDTH + x);
    return rule([picture[at]!, picture[at + 1]!, picture[at + 2]!]);
  });
}

function luma(picture: Picture): Float64Array {
  return Float64Array.from(
    { length: WIDTH * HEIGHT },
    (_, i) => 0.2126 * picture[3 * i]! + 0.7152 * picture[3 * i + 1]! + 0.0722 * picture[3 * i + 2]!,
  );
}

/** Mean structural similarity of luma over windows of 8 × 8, every 4 px. */
export function ssim(one: Picture, other: Picture): number {
  const [a, b] = [luma(one), luma(other)];
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  let total = 0;
  let count = 0;
  for (let y = 0; y + 8 <= HEIGHT; y += 4) {
    for (let x = 0; x + 8 <= WIDTH; x += 4, count++) {
      let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
      for (let j = y; j < y + 8; j++) {
        for (let i = x; i < x + 8; i++) {
          const [p, q] = [a[j * WIDTH + i]!, b[j * WIDTH + i]!];
          sa += p;
          sb += q;
          saa += p * p;
          sbb += q * q;
          sab += p * q;
        }
      }
      const [ma, mb] = [sa / 64, sb / 64];
      const [va, vb, cov] = [saa / 64 - ma * ma, sbb / 64 - mb * mb, sab / 64 - ma * mb];
      total += ((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
    }
  }
  return total / count;
}

/** Largest difference, in levels, of the means of 4 × 4 px wherever `reference` is flat for 6 px around: red and green, and blue. */
export function flatDifference(picture: Picture, reference: Picture): { redGreen: number; blue: number } {
  const worst = [0, 0, 0];
  for (let y = 8; y + 12 <= HEIGHT; y += 8) {
    for (let x = 8; x + 12 <= WIDTH; x += 8) {
      for (let channel = 0; channel < 3; channel++) {
        let [low, high, ours, theirs] = [255, 0, 0, 0];
        for (let j = y - 6; j < y + 10; j++) {
          for (let i = x - 6; i < x + 10; i++) {
            const level = reference[3 * (j * WIDTH + i) + channel]!;
            low = Math.min(low, level);
            high = Math.max(high, level);
          }
        }
        if (high - low > 4) continue;
        for (let j = y; j < y + 4; j++) {
          for (let i = x; i < x + 4; i++) {
            ours += picture[3 * (j * WIDTH + i) + channel]! / 16;
            theirs += reference[3 * (j * WIDTH + i) + channel]! / 16;
          }
        }
        worst[channel] = Math.max(worst[channel]!, Math.abs(ours - theirs));
      }
    }
  }
  return { redGreen: Math.max(worst[0]!, worst[1]!), blue: worst[2]! };
}

/** The shift of whole px, up to 2 each way, under which two pictures are most alike. [0, 0]: every edge is where it should be. */
export function offset(picture: Picture, reference: Picture): [number, number] {
  const [a, b] = [luma(picture), luma(reference)];
  let best: [number, number] = [0, 0];
  let least = Infinity;
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -2; dx <= 2; dx++) {
      let sum = 0;
      for (let y = 2; y < HEIGHT - 2; y += 2)
        for (let x = 2; x < WIDTH - 2; x++) sum += (a[(y + dy) * WIDTH + x + dx]! - b[y * WIDTH + x]!) ** 2;
      // A tie goes to no shift at all.
      if (sum < least * (dx === 0 && dy === 0 ? 1.000001 : 1)) {
        least = sum;
        best = [dx, dy];
      }
    }
  }
  return best;
}
