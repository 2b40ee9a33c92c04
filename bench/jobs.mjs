/** What is measured: each job as the film it makes, in words that every peer's adapter understands. */

export const FPS = 30;

/**
 * @typedef {import('./media.mjs').Source} Source
 * @typedef {{source: string, fromS: number, seconds: number}} Cut `seconds` of `source` from `fromS` on; with a dissolve it also plays on under the next
 * @typedef {{source: string, scale: number, x: number, y: number, opacity: number}} Inset `x` and `y`: its middle's distance from the frame's, px
 * @typedef {{
 *   id: string, title: string, width: number, height: number, seconds: number, bitrate: number, cuts: Cut[], dissolveS?: number, inset?: Inset, caption?: string,
 *   ratio?: number, measuresMemory?: boolean, settings?: Record<string, unknown>,
 * }} Job `ratio`: how many times as fast as the hand-written loop the exporter must be; `settings`: of the exporter, over those that
 *   all jobs have
 */

/** @type {Record<string, Source>} */
export const SOURCES = Object.fromEntries(
  [
    { name: 'a-720.mp4', id: 1, width: 1280, height: 720, seconds: 20, kbps: 8000 },
    { name: 'b-720.mp4', id: 2, width: 1280, height: 720, seconds: 20, kbps: 8000 },
    { name: 'a-1080.mp4', id: 1, width: 1920, height: 1080, seconds: 10, kbps: 16000 },
    { name: 'b-1080.mp4', id: 2, width: 1920, height: 1080, seconds: 10, kbps: 16000 },
    { name: 'long-360.mp4', id: 3, width: 640, height: 360, seconds: 300, kbps: 2000 },
  ].map((source) => [source.name, source]),
);

const HD = { width: 1280, height: 720, bitrate: 4_000_000 };
const FULL_HD = { width: 1920, height: 1080, bitrate: 8_000_000 };

/** @param {number} height @returns {Inset} */
const inset = (height) => ({ source: `b-${height}.mp4`, scale: 0.25, x: height * 0.6, y: -height * 0.2, opacity: 0.8 });
const CAPTION = 'A title over the film';

/** @type {Job[]} */
export const JOBS = [
  { id: 'transcode', title: 'Transcode', ...HD, seconds: 20, cuts: [{ source: 'a-720.mp4', fromS: 0, seconds: 20 }], ratio: 0.95 },
  {
    id: 'join',
    title: 'Trim and join three ranges of two sources',
    ...HD,
    seconds: 15,
    cuts: [
      { source: 'a-720.mp4', fromS: 3.5, seconds: 5 },
      { source: 'b-720.mp4', fromS: 7.1, seconds: 5 },
      { source: 'a-720.mp4', fromS: 12.3, seconds: 5 },
    ],
    ratio: 0.95,
  },
  {
    id: 'composite',
    title: 'Base, picture-in-picture at 0.8, title',
    ...HD,
    seconds: 10,
    cuts: [{ source: 'a-720.mp4', fromS: 0, seconds: 10 }],
    inset: inset(720),
    caption: CAPTION,
    ratio: 1.5,
  },
  {
    id: 'dissolve',
    title: 'Two clips, a dissolve of 2 s',
    ...HD,
    seconds: 10,
    cuts: [
      { source: 'a-720.mp4', fromS: 2, seconds: 4 },
      { source: 'b-720.mp4', fromS: 3, seconds: 6 },
    ],
    dissolveS: 2,
    ratio: 1.2,
  },
  {
    id: 'dissolve-9',
    title: 'Two clips, a dissolve of 9 s',
    ...HD,
    seconds: 10,
    cuts: [
      { source: 'a-720.mp4', fromS: 2, seconds: 1 },
      { source: 'b-720.mp4', fromS: 3, seconds: 9 },
    ],
    dissolveS: 9,
    ratio: 1.2,
  },
  {
    id: 'transcode-1080',
    title: 'Transcode',
    ...FULL_HD,
    seconds: 10,
    cuts: [{ source: 'a-1080.mp4', fromS: 0, seconds: 10 }],
    ratio: 0.95,
  },
  {
    id: 'composite-1080',
    title: 'Base, picture-in-picture at 0.8, title',
    ...FULL_HD,
    seconds: 10,
    cuts: [{ source: 'a-1080.mp4', fromS: 0, seconds: 10 }],
    inset: inset(1080),
    caption: CAPTION,
    ratio: 1.5,
  },
  {
    id: 'long',
    title: 'Transcode 5 minutes',
    width: 640,
    height: 360,
    bitrate: 1_200_000,
    seconds: 300,
    cuts: [{ source: 'long-360.mp4', fromS: 0, seconds: 300 }],
    ratio: 0.95,
    measuresMemory: true,
  },
];

/** @param {Job} job @returns {string[]} names of its sources */
export const sourcesOf = (job) => [...new Set([...job.cuts.map(({ source }) => source), ...(job.inset ? [job.inset.source] : [])])];

/** Where a cut begins in the film. @param {Job} job @param {number} at */
export const startOf = (job, at) => job.cuts.slice(0, at).reduce((sum, { seconds }) => sum + seconds, 0);

/** The part of the film that the inset covers. @param {Job} job */
export function insetRect({ inset, width, height }) {
  if (!inset) throw new Error('no inset');
  const [across, down] = [width * inset.scale, height * inset.scale];
  return { x: width / 2 + inset.x - across / 2, y: height / 2 + inset.y - down / 2, width: across, height: down };
}

/** How the title looks, everywhere. @param {Job} job */
export const captionStyle = ({ height }) => ({ fontSize: Math.round(height / 12), color: '#ffffff', middle: 0.85 });
