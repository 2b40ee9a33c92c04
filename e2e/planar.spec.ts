/** What is mixed as planes is what a canvas would have drawn. */
import { shot, timeline } from './films.ts';
import { expect, test, type Bench, type Settings, type Timeline } from './harness.ts';
import { HEIGHT, WIDTH } from './pixels.ts';

const SETTINGS: Settings = { width: WIDTH, height: HEIGHT, fps: 30, codec: 'avc', bitrate: 2_500_000, container: 'mp4', audio: false };
const FRAMES = 15;
/** Of 255, for all samples but one in ten thousand: a canvas rounds on the way to RGB and back, and cuts off colours that no screen shows. */
const OFF = 2;
const SHARE_FURTHER_OFF = 1e-4;
/** For any: where the edge of a letter lies over an inset, a canvas mixes px, planes the chroma of four. */
const FURTHEST_OFF = 5;

const base = shot('base', 'long-gop.mp4', [0, 0.5], 2);
const inset = (x: number, scale: number, position: { x: number; y: number }, more: object = {}, look: object = {}) =>
  shot(`inset ${x}`, 'silent.mp4', [0, 0.5], 0.4 + 0.3 * x, {
    transform: { scale: { x: scale, y: scale }, position, ...more },
    ...look,
  } as never);
const half = { transform: { scale: { x: 0.5, y: 0.5 } } } as never;
const mixes = (type: string, more: object) => ({ transitionIn: { type, durationUs: 300_000, ...more } }) as never;
const coming = (transition: never) => shot('b', 'silent.mp4', [0.2, 0.5], 1, transition);
const leaving = shot('a', 'long-gop.mp4', [0, 0.2], 1);
const title = {
  kind: 'clip',
  clipType: 'text',
  id: 'title',
  timelineRange: { startUs: 0, durationUs: 500_000 },
  text: 'Über den Film',
  style: { fontSize: 28, color: '#ffcc00', backgroundColor: '#00336680', padding: 6 },
  opacity: 0.9,
};
const faint = { opacity: 0.8 };

/** What draws them: a title is met once before it is kept as planes. */
const FILMS: readonly (readonly [name: string, executor: RegExp, film: Timeline])[] = [
  [
    'insets on whole px under a title',
    /^planar and 2d$/,
    timeline([title as never], [inset(0, 0.25, { x: 91, y: -20.5 }, {}, faint)], [inset(1, 0.5, { x: -41, y: 20 }, {}, faint)], [base]),
  ],
  ['an inset over the background', /^planar$/, timeline([inset(0, 0.5, { x: 60, y: 30 }, {}, faint)])],
  ['a dissolve', /^planar$/, timeline([leaving, coming(mixes('dissolve', { mode: 'blend' }))])],
  ['a wipe', /^planar$/, timeline([leaving, coming(mixes('wipe', { mode: 'blend', direction: 'left' }))])],
  ['an inset that begins behind the end of its source', /^planar$/, timeline([shot('late', 'silent.mp4', [0, 0.5], 2.4, half)], [base])],
  // How canvases interpolate is left to them.
  ['between px', /^2d$/, timeline([inset(0, 0.37, { x: -41.5, y: 20.25 })], [base])],
  [
    'scaled unevenly',
    /^2d$/,
    timeline([shot('inset', 'silent.mp4', [0, 0.2], 1, { transform: { scale: { x: 0.7, y: 0.3 } } } as never)], [base]),
  ],
];

/** The planes that the encoder is given, frame by frame: what differs then is no codec's doing. */
async function drawnBy(bench: Bench, executor: 'auto' | '2d', film: Timeline) {
  const output = { $opfs: bench.name() };
  const faults = [{ where: 'VideoEncoder.encode', how: 'keep' }] as const;
  const outcome = await bench.export({ timeline: film, settings: { ...SETTINGS, executor }, output, faults });
  expect(outcome.error, 'the export succeeds').toBeUndefined();
  await bench.page.evaluate((name) => granDriver.remove(name), output.$opfs);
  const told = outcome.messages.map(({ message }) => message).findLast(({ type }) => type === 'telemetry');
  // Before the film comes the picture that an encoder proves itself with.
  const pictures = outcome.audit.pictures.slice(-FRAMES).map((text) => Buffer.from(text, 'base64'));
  return { pictures, executor: String((told as { executor?: string } | undefined)?.executor) };
}

for (const [name, executor, film] of FILMS) {
  test(name, async ({ bench }) => {
    const planes = await drawnBy(bench, 'auto', film);
    const canvas = await drawnBy(bench, '2d', film);
    expect(planes.executor).toMatch(executor);
    expect(canvas.executor).toBe('2d');
    expect(planes.pictures).toHaveLength(FRAMES);
    const counts = new Uint32Array(256);
    let total = 0;
    for (const [frame, picture] of planes.pictures.entries()) {
      const other = canvas.pictures[frame]!;
      expect(other).toHaveLength(picture.length);
      for (let i = 0; i < picture.length; i++) counts[Math.abs(picture[i]! - other[i]!)]!++;
      total += picture.length;
    }
    const worst = counts.findLastIndex((count) => count > 0);
    console.log(`    ${name}: ${planes.executor}; samples by how far they are off: ${counts.slice(0, worst + 1).join(' ')}`);
    expect(worst, 'the worst sample').toBeLessThanOrEqual(FURTHEST_OFF);
    const further = counts.slice(OFF + 1).reduce((sum, count) => sum + count, 0);
    expect(further / total, `samples that are off by more than ${OFF}`).toBeLessThanOrEqual(SHARE_FURTHER_OFF);
  });
}
