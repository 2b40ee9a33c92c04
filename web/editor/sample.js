import { frameStartUs } from '../rate.js';
import { emptyDoc } from './document.js';
import { captionStyle, titleStyle } from './snapshot.js';

/**
 * The film that is on the timeline at the first visit: our own clips, a title, captions and a dissolve. What the engine would say
 * of the files is written down here, so that they are on the timeline before they are fetched.
 *
 * @import { Clip, Doc, Media } from './document.js'
 */

// Each address in full, so that the bundler sees which files the page needs.
export const SAMPLE_FILES = [
  { name: 'dawn.webm', url: new URL('../sample/dawn.webm', import.meta.url), size: 121_639, fps: 30 },
  { name: 'tide.webm', url: new URL('../sample/tide.webm', import.meta.url), size: 99_653, fps: 30 },
  { name: 'shore.webm', url: new URL('../sample/shore.webm', import.meta.url), size: 316_322, fps: 25 },
];
const FILE_US = 4_000_000;
const RATE = { num: 30, den: 1 };

/** @param {{name: string, title: string, captions: readonly string[]}} words @returns {Doc} */
export function sampleDoc({ name, title, captions }) {
  /** @type {Media[]} */
  const media = SAMPLE_FILES.map(({ name, size, fps }) => ({
    path: name,
    name,
    kind: 'video',
    size,
    info: {
      durationUs: FILE_US,
      video: { codec: 'vp9', width: 640, height: 360, fps, rotationDeg: 0 },
      audio: { codec: 'opus', sampleRate: 48_000, channels: 2 },
    },
  }));
  const doc = { ...emptyDoc(name), width: 1280, height: 720, sized: true, media };
  const at = (/** @type {number} */ frame) => frameStartUs(RATE, frame);
  const span = (/** @type {number} */ from, /** @type {number} */ to) => ({ startUs: at(from), durationUs: at(to) - at(from) });
  /** @type {(id: string, path: string, from: number, to: number, sourceUs: number) => Clip} */
  const clip = (id, path, from, to, sourceUs) => ({
    kind: 'clip',
    id,
    clipType: 'media',
    name: path,
    source: { path },
    timelineRange: span(from, to),
    sourceRange: { startUs: sourceUs, durationUs: span(from, to).durationUs },
  });
  /** @type {Clip} */
  const words = {
    kind: 'clip',
    id: 's4',
    clipType: 'text',
    text: title,
    style: titleStyle(doc),
    timelineRange: span(15, 90),
    transitionIn: { type: 'dissolve', durationUs: 500_000, mode: 'composite', curve: 'bezier' },
    transitionOut: { type: 'dissolve', durationUs: 500_000, mode: 'composite', curve: 'bezier' },
  };
  const film = [
    clip('s1', 'dawn.webm', 0, 105, 0),
    {
      ...clip('s2', 'shore.webm', 105, 210, 0),
      transitionIn: /** @type {const} */ ({ type: 'dissolve', durationUs: 500_000, mode: 'blend', curve: 'linear' }),
    },
    clip('s3', 'tide.webm', 210, 300, 500_000),
  ].map((each) => ({ ...each, audioFromVideoDisabled: true }));
  const bed = [
    { ...clip('s5', 'dawn.webm', 0, 119, 0), name: 'dawn.webm', audioFadeOutUs: 200_000 },
    { ...clip('s6', 'tide.webm', 119, 238, 0), name: 'tide.webm', audioFadeInUs: 100_000, audioFadeOutUs: 200_000 },
    { ...clip('s7', 'shore.webm', 238, 300, 0), name: 'shore.webm', audioFadeInUs: 100_000, audioFadeOutUs: 800_000 },
  ];
  return {
    ...doc,
    lastId: 20,
    captionStyle: captionStyle(doc),
    tracks: [
      { id: 'v2', kind: 'video', items: [words] },
      { id: 'v1', kind: 'video', items: film },
      { id: 'a1', kind: 'audio', items: bed },
    ],
    captions: captions.map((text, n) => ({ id: `c${n + 1}`, text, timelineRange: span(110 + n * 90, 180 + n * 90) })),
  };
}

/** @returns {Promise<{path: string, found: {file: File}}[]>} */
export function loadSample() {
  return Promise.all(
    SAMPLE_FILES.map(async ({ name, url }) => {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      return { path: name, found: { file: new File([await response.blob()], name, { type: 'video/webm' }) } };
    }),
  );
}
