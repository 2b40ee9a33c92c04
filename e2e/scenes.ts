/** The scenes: each a timeline of a few frames, and what it must look like, made without the exporter. */
import { fileURLToPath } from 'node:url';
import { media, NITS, type MediaName } from './fixtures/media.ts';
import type { Timeline } from './harness.ts';
import { AS_RGB, drawn, filtered, HEIGHT, mapped, WIDTH, type Picture } from './pixels.ts';

export const FRAMES = 12;
const FRAME_US = 1e6 / 30;

type Item = Record<string, unknown>;

export interface Scene {
  readonly name: string;
  readonly timeline: Timeline;
  /** One picture for each of `FRAMES`, or one for all. */
  readonly reference: () => Promise<Picture[]>;
  readonly warns?: string;
  /** What must hold where no picture can be a reference; says what does not. */
  readonly faults?: (picture: Picture) => string[];
}

const range = (fromFrame: number, count: number) => {
  const startUs = Math.round(fromFrame * FRAME_US);
  return { startUs, durationUs: Math.round((fromFrame + count) * FRAME_US) - startUs };
};

function item(id: string, clipType: string, fields: Item = {}, from = 0, count = FRAMES): Item {
  return { kind: 'clip', id, clipType, timelineRange: range(from, count), ...fields };
}

function shot(id: string, path: MediaName, first: number, fields: Item = {}, from = 0, count = FRAMES): Item {
  return item(id, 'media', { source: { path }, sourceRange: range(first, count), ...fields }, from, count);
}

function still(id: string, path: MediaName, fields: Item = {}): Item {
  return item(id, 'media', { source: { path }, isImage: true, ...fields });
}

function timeline(sources: readonly MediaName[], tracks: readonly (readonly Item[])[], timelines: Item = {}): Timeline {
  return {
    timebase: { fps: 30 },
    tracks: tracks.map((items, i) => ({ id: `v${i}`, kind: 'video', items })) as never,
    sources: Object.fromEntries(sources.map((name) => [name, { $media: name }])),
    timelines,
  };
}

const A: MediaName = 'long-gop.mp4';
const B: MediaName = 'silent.mp4';
const SEA = '#336699';
const sea = item('sea', 'background', { backgroundColor: SEA });
const cut = (from: number, count = FRAMES) => `trim=start_frame=${from}:end_frame=${from + count},setpts=N/30/TB,${AS_RGB}`;
const pad = (filters: string) => `color=${SEA.replace('#', '0x')}:s=${WIDTH}x${HEIGHT}:r=30,format=gbrp[sea];${filters}`;

/** A runs into frame 6; B comes over the 6 that follow. `mix` joins [a] and [b], 6 frames each, into [m]. */
function meeting(name: string, transition: Item, mix: string): Scene {
  return {
    name,
    timeline: timeline(
      [A, B],
      [[shot('a', A, 30, {}, 0, 6), shot('b', B, 12, { transitionIn: { durationUs: range(6, 6).durationUs, ...transition } }, 6, 6)]],
    ),
    reference: async () =>
      filtered(
        [await media(A), await media(B)],
        `[0:v]${cut(30, 6)}[h];[0:v]${cut(36, 6)}[a];[1:v]${cut(12, 6)}[b];${mix};[h][m]concat[out]`,
      ),
  };
}

function saturated(rgb: readonly [number, number, number], s: number): [number, number, number] {
  const [r, g, b] = rgb;
  return [
    (0.213 + 0.787 * s) * r + (0.715 - 0.715 * s) * g + (0.072 - 0.072 * s) * b,
    (0.213 - 0.213 * s) * r + (0.715 + 0.285 * s) * g + (0.072 - 0.072 * s) * b,
    (0.213 - 0.213 * s) * r + (0.715 - 0.715 * s) * g + (0.072 + 0.928 * s) * b,
  ];
}

const clamped = (rgb: readonly number[]) => rgb.map((level) => Math.min(255, Math.max(0, level))) as [number, number, number];

/** Filter Effects Module Level 1: brightness, contrast, saturate, each clamped. */
function adjusted(rgb: readonly [number, number, number], brightness: number, contrast: number, saturation: number) {
  const bright = clamped(rgb.map((level) => level * brightness));
  return saturated(clamped(bright.map((level) => (level - 127.5) * contrast + 127.5)), saturation);
}

/**
 * What is wrong with the greys of hdr.webm in SDR. Which curve brings them down is the browser's to choose; that there are no colours, that
 * brightness only rises, that shadows keep their proportions, that lights are not cut off and that a veil hides half of it is not.
 */
function toneFaults(picture: Picture): string[] {
  const at = (i: number, y: number) => [0, 1, 2].map((channel) => picture[3 * (y * WIDTH + 20 + 40 * i) + channel]!);
  const levels = NITS.map((_, i) => at(i, 45)[1]!);
  const light = levels.map((level) => (level / 255) ** 2.4);
  const faults = NITS.flatMap((nits, i) => {
    const [red, green, blue] = at(i, 45) as [number, number, number];
    const coloured = Math.max(red, green, blue) - Math.min(red, green, blue) > 4 ? [`${nits} cd/m² is not grey`] : [];
    const veiled = at(i, 135).map((level, channel) => Math.abs(level - (at(i, 45)[channel]! + [51, 102, 153][channel]!) / 2));
    return [...coloured, ...(Math.max(...veiled) > 4 ? [`the veil over ${nits} cd/m² is not half of it`] : [])];
  });
  levels.slice(1, 7).forEach((level, i) => {
    if (level < levels[i]! + 10) faults.push(`${NITS[i + 1]} cd/m² is not brighter than ${NITS[i]}`);
  });
  const [fifty, hundred, white] = [light[2]!, light[3]!, light[4]!];
  if (Math.abs(hundred / fifty - 2) > 0.25) faults.push(`100 cd/m² is ${(hundred / fifty).toFixed(2)} times 50`);
  if (Math.abs(white / hundred - 2.03) > 0.3) faults.push(`203 cd/m² is ${(white / hundred).toFixed(2)} times 100`);
  if (levels[6]! < 240) faults.push(`1000 cd/m² is only ${levels[6]}`);
  return faults;
}

const NOTO = fileURLToPath(
  new URL('../node_modules/@fontsource-variable/noto-sans/files/noto-sans-latin-wght-normal.woff2', import.meta.url),
);

export const SCENES: readonly Scene[] = [
  meeting('dissolve', { type: 'dissolve' }, "[a][b]blend=all_expr='A*(1-(N-1)/6)+B*(N-1)/6'[m]"),
  meeting('wipe to the left', { type: 'wipe', direction: 'left' }, "[a][b]blend=all_expr='if(gte(X,round(W*(1-(N-1)/6))),B,A)'[m]"),
  meeting('slide up', { type: 'slide', direction: 'up' }, '[a][b]vstack,crop=320:180:0:180*n/6[m]'),
  {
    ...meeting(
      'fade to black',
      { type: 'fade-to-black' },
      "[a]trim=end_frame=3,geq=r='r(X,Y)*(1-N/3)':g='g(X,Y)*(1-N/3)':b='b(X,Y)*(1-N/3)'[x];" +
        "[b]trim=start_frame=3,setpts=N/30/TB,geq=r='r(X,Y)*N/3':g='g(X,Y)*N/3':b='b(X,Y)*N/3'[y];[x][y]concat[m]",
    ),
  },
  {
    name: 'colours of a clip',
    timeline: timeline(
      [A],
      [[shot('a', A, 30, { effects: [effect('color-adjustment', { brightness: 1.2, contrast: 0.8, saturation: 0.4 })] })]],
    ),
    reference: async () =>
      (await filtered([await media(A)], `[0:v]${cut(30)}[out]`)).map((picture) => mapped(picture, (rgb) => adjusted(rgb, 1.2, 0.8, 0.4))),
  },
  {
    name: 'blur over the whole frame',
    timeline: timeline([A], [[shot('a', A, 30, { effects: [effect('blur', { strength: 5 })] })]]),
    reference: async () => filtered([await media(A)], `[0:v]${cut(30)},gblur=sigma=5:steps=3[out]`),
  },
  {
    name: 'adjustment of the right half',
    timeline: timeline(
      [A],
      [
        [
          item('adj', 'adjustment', {
            effects: [effect('color-adjustment', { saturation: 0 })],
            transform: { crop: { left: 0.5, top: 0, right: 0, bottom: 0 } },
          }),
        ],
        [shot('a', A, 30)],
      ],
    ),
    reference: async () =>
      (await filtered([await media(A)], `[0:v]${cut(30)}[out]`)).map((picture) =>
        drawn((x, y) => {
          const at = 3 * (y * WIDTH + x);
          const rgb = [picture[at]!, picture[at + 1]!, picture[at + 2]!] as const;
          return x < WIDTH / 2 ? rgb : saturated(rgb, 0);
        }),
      ),
  },
  {
    name: 'turned and scaled over a colour',
    timeline: timeline([A], [[shot('a', A, 30, { transform: { scale: { x: 0.7, y: 0.7 }, rotationDeg: 30 } })], [sea]]),
    reference: async () =>
      filtered(
        [await media(A)],
        pad(
          `[0:v]${cut(30)},scale=224:126:flags=bilinear,format=gbrap,pad=320:320:48:97:color=black@0,rotate=PI/6:c=black@0,crop=320:180:0:70[p];[sea][p]overlay=format=gbrp:shortest=1[out]`,
        ),
      ),
  },
  {
    name: 'half seen, flipped, in a corner',
    timeline: timeline(
      [A],
      [
        [
          shot('a', A, 30, {
            opacity: 0.5,
            transform: { scale: { x: -0.5, y: 0.5 }, position: { x: 80, y: -45 }, crop: { left: 0.25, top: 0, right: 0, bottom: 0 } },
          }),
        ],
        [sea],
      ],
    ),
    reference: async () =>
      filtered(
        [await media(A)],
        pad(
          `[0:v]${cut(30)},crop=240:180:80:0,hflip,scale=120:90:flags=bicubic,format=gbrap,colorchannelmixer=aa=0.5[p];[sea][p]overlay=160:0:format=gbrp:shortest=1[out]`,
        ),
      ),
  },
  {
    name: 'a source with alpha',
    timeline: timeline(['alpha.webm'], [[shot('a', 'alpha.webm', 0)], [sea]]),
    reference: async () => [drawn((x, y) => (x < 160 ? [254, 0, 0] : y < 90 ? [(254 + 51) / 2, 51, 76.5] : [51, 102, 153]))],
  },
  {
    name: 'a nested timeline, half seen and smaller',
    timeline: timeline(
      [A, B],
      [
        [
          item('n', 'timeline', {
            source: { path: 'inner' },
            sourceRange: range(0, FRAMES),
            opacity: 0.6,
            transform: { scale: { x: 0.5, y: 0.5 } },
          }),
        ],
        [sea],
      ],
      {
        inner: {
          timebase: { fps: 30 },
          tracks: [
            { id: 'top', kind: 'video', items: [shot('b', B, 12, { transform: { scale: { x: 0.5, y: 0.5 } } })] },
            { id: 'low', kind: 'video', items: [shot('a', A, 30)] },
          ],
        },
      },
    ),
    reference: async () =>
      filtered(
        [await media(A), await media(B)],
        pad(
          `[1:v]${cut(12)},scale=160:90:flags=area[b];[0:v]${cut(30)}[a];[a][b]overlay=80:45:format=gbrp,scale=160:90:flags=area,format=gbrap,colorchannelmixer=aa=0.6[p];[sea][p]overlay=80:45:format=gbrp:shortest=1[out]`,
        ),
      ),
  },
  {
    name: 'a telephone film held upright',
    timeline: timeline(
      ['vertical.mp4'],
      [[still('p', 'vertical.mp4', { isImage: false, sourceRange: range(0, FRAMES), freezeFrameSourceUs: 400_000 })], [sea]],
    ),
    reference: async () =>
      filtered(
        [await media('vertical.mp4')],
        pad(
          `[0:v]trim=start_frame=10:end_frame=11,${AS_RGB},scale=-2:180:flags=area,setpts=PTS-STARTPTS[p];[sea][p]overlay=(W-101.25)/2:0:format=gbrp,trim=end_frame=1[out]`,
        ),
      ),
  },
  {
    name: 'a photograph that EXIF turns',
    timeline: timeline(['turned.jpg'], [[still('p', 'turned.jpg')]]),
    reference: async () => filtered([await media('still.png')], `[0:v]format=gbrp[out]`),
  },
  {
    name: 'bars, 601 and full range',
    timeline: timeline(['bars-601-full.mp4'], [[item('veil', 'background', { opacity: 0.001 })], [shot('b', 'bars-601-full.mp4', 0)]]),
    reference: async () =>
      filtered([await media('bars-601-full.mp4')], `[0:v]trim=end_frame=1,scale=in_color_matrix=bt601:in_range=pc,format=gbrp[out]`),
  },
  {
    name: 'an animation by its own timing',
    timeline: timeline(['moving.gif'], [[still('g', 'moving.gif')]]),
    reference: async () => Array.from({ length: FRAMES }, (_, n) => drawn(() => (n < 6 ? [255, 0, 0] : [0, 255, 0]))),
  },
  {
    name: 'a text in the bundled font',
    timeline: timeline([], [[item('t', 'text', { text: 'Gran, quick', style: { fontSize: 40, color: '#ffee88' } })], [sea]]),
    // The middle of Noto Sans' line, between its ascent of 1.069 em and its descent of 0.293, is the middle of the frame. Written 8 times as
    // large and made smaller: FreeType sets letters on whole px, which are an eighth of one then, as fine as the browser's are.
    reference: async () =>
      filtered(
        [],
        `color=0x336699:s=${8 * WIDTH}x${8 * HEIGHT}:r=30,format=gbrp,` +
          `drawtext=fontfile=${NOTO}:text='Gran\\, quick':fontsize=320:fontcolor=0xffee88:x=(w-text_w)/2:y=h/2+320*(1.069-0.293)/2-ascent,` +
          `scale=${WIDTH}:${HEIGHT}:flags=area,trim=end_frame=1[out]`,
      ),
  },
  {
    name: 'HDR brought down to SDR, under half a veil',
    timeline: timeline(
      ['hdr.webm'],
      [
        [
          item('veil', 'background', {
            backgroundColor: SEA,
            transform: { crop: { left: 0, top: 0.5, right: 0, bottom: 0 } },
            opacity: 0.5,
          }),
        ],
        [shot('h', 'hdr.webm', 0)],
      ],
    ),
    reference: async () => [],
    warns: 'hdr',
    faults: toneFaults,
  },
  {
    // Drawn by each executor in ways of its own; no filter of ffmpeg's does all of it, so they are compared with each other.
    name: 'blurs and reductions of every kind at once',
    timeline: timeline(
      [A, B, 'still.png'],
      [
        [
          item('adj', 'adjustment', {
            opacity: 0.8,
            effects: [effect('blur', { strength: 5 }), effect('color-adjustment', { brightness: 1.3 })],
            transform: { scale: { x: 0.4, y: 0.4 }, rotationDeg: 30, position: { x: 70, y: 40 } },
          }),
        ],
        [
          item('turned', 'timeline', {
            source: { path: 'inner' },
            sourceRange: range(0, FRAMES),
            opacity: 0.7,
            effects: [effect('blur', { strength: 3 }), effect('color-adjustment', { contrast: 1.4 })],
            transform: { scale: { x: 0.45, y: 0.45 }, rotationDeg: -10, position: { x: -80, y: 42 } },
          }),
        ],
        [still('tiny', 'still.png', { transform: { scale: { x: 0.12, y: 0.12 }, position: { x: 100, y: -60 } } })],
        [
          shot('wide', B, 12, {
            effects: [effect('blur', { strength: 12 })],
            transform: { scale: { x: 0.4, y: 0.4 }, position: { x: -80, y: -45 }, crop: { left: 0.1, top: 0, right: 0, bottom: 0.2 } },
          }),
        ],
        [
          item('behind', 'timeline', {
            source: { path: 'inner' },
            sourceRange: range(0, FRAMES),
            effects: [effect('blur', { strength: 2 })],
            transform: { scale: { x: 1.3, y: 1.3 }, rotationDeg: 4 },
          }),
        ],
      ],
      { inner: { timebase: { fps: 30 }, tracks: [{ id: 'low', kind: 'video', items: [shot('a', A, 30)] }] } },
    ),
    reference: async () => [],
  },
];

function effect(type: string, fields: Item): Item {
  return { id: type, type, enabled: true, ...fields };
}

export function textAlone(text: string, fontFamily: string): Timeline {
  return timeline([], [[item('t', 'text', { text, style: { fontSize: 40, fontFamily } })]]);
}
