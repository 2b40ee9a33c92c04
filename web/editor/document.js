import { frameStartUs, nearestFrame } from '../rate.js';

/**
 * The document that is edited: the timeline of the snapshot, and what an editor needs beside it. Immutable: commands return
 * another one. Nothing here touches the page.
 *
 * @import { Caption as TimelineCaption, Clip as TimelineClip, Gap, NestedTimeline } from '../export-worker-client.js'
 * @import { TextStyle, TimeRange, Track as TimelineTrack } from '../export-worker-client.js'
 * @import { Rate } from '../rate.js'
 *
 * @typedef {TimelineClip & {linkId?: string}} Clip clips with one `linkId` move, trim and go together
 * @typedef {Omit<TimelineTrack, 'items'> & {items: readonly Clip[], locked?: boolean, gaps?: readonly Gap[]}} Track items in the order of
 *   their start, never overlapping; of the gaps between them those in which an imported file held something
 * @typedef {{id: string, timeUs: number, name: string}} Marker
 * @typedef {{id: string, timelineRange: TimeRange, text: string, style?: TimelineCaption['style']}} Caption with what it has otherwise than
 *   the others
 *
 * @typedef {object} MediaFacts what the engine has said about a file
 * @property {number} durationUs
 * @property {{codec: string, width: number, height: number, fps: number, rotationDeg: number}} [video]
 * @property {{codec: string, sampleRate: number, channels: number}} [audio]
 *
 * @typedef {object} Media one file of the project
 * @property {string} path the key of its file among the sources
 * @property {string} name
 * @property {'video' | 'audio' | 'image'} kind a guess by the file's type until `info` has come
 * @property {number} size bytes
 * @property {MediaFacts} [info]
 *
 * @typedef {object} Doc
 * @property {1} version
 * @property {string} name
 * @property {{fps: [number, number]}} timebase
 * @property {number} width of the picture, px
 * @property {number} height
 * @property {boolean} [sized] size and rate were taken from a clip, or by the person: the next clip does not set them
 * @property {readonly Track[]} tracks the first video track is on top
 * @property {readonly Marker[]} markers in the order of time
 * @property {readonly Caption[]} captions in the order of time
 * @property {TextStyle} [captionStyle]
 * @property {boolean} [captionsHidden]
 * @property {TimeRange} [range] from the in point to the out point
 * @property {readonly Media[]} media
 * @property {number} lastId ids are counted, so that a command's result depends on nothing else
 * @property {Record<string, NestedTimeline>} [timelines] films in the film, by the path of the clips that show them
 * @property {Record<string, unknown>} [otio] what an imported file held beyond this, to be written back
 */

export const IMAGE_US = 4_000_000;
export const TITLE_US = 4_000_000;
export const SPEED = { min: 0.1, max: 10 };

/** @param {string} name @returns {Doc} */
export function emptyDoc(name) {
  return {
    version: 1,
    name,
    timebase: { fps: [30, 1] },
    width: 1920,
    height: 1080,
    tracks: [
      { id: 'v1', kind: 'video', items: [] },
      { id: 'a1', kind: 'audio', items: [] },
    ],
    markers: [],
    captions: [],
    media: [],
    lastId: 0,
  };
}

/** @param {Doc} doc @returns {Rate} */
export const rateOfDoc = ({ timebase: { fps } }) => ({ num: fps[0], den: fps[1] });

/** @param {Doc} doc @param {number} us @returns {number} the nearest frame's start, never before the film */
export const onFrame = (doc, us) => frameStartUs(rateOfDoc(doc), Math.max(0, nearestFrame(rateOfDoc(doc), us)));

/** A moment moved by whole frames, onto a frame. @param {Doc} doc @param {number} us @param {number} frames */
export const stepFrames = (doc, us, frames) => frameStartUs(rateOfDoc(doc), Math.max(0, nearestFrame(rateOfDoc(doc), us) + frames));

/** @param {{timelineRange: TimeRange}} item */
export const startOf = (item) => item.timelineRange.startUs;

/** @param {{timelineRange: TimeRange}} item */
export const endOf = (item) => item.timelineRange.startUs + item.timelineRange.durationUs;

/** @param {Doc} doc @returns {Clip[]} */
export const allClips = (doc) => doc.tracks.flatMap(({ items }) => items);

/** @param {Doc} doc @param {string} id */
export const findClip = (doc, id) => allClips(doc).find((clip) => clip.id === id);

/** @param {Doc} doc @param {string} id */
export const trackOf = (doc, id) => doc.tracks.find(({ items }) => items.some((clip) => clip.id === id));

/** @param {Doc} doc @param {string} path */
export const mediaAt = (doc, path) => doc.media.find((media) => media.path === path);

/** @param {Doc} doc @param {Clip} clip */
export const mediaOf = (doc, clip) => (clip.source ? mediaAt(doc, clip.source.path) : undefined);

/** @param {Doc} doc @param {Clip} clip the film in the film that it shows */
export const nestedIn = (doc, clip) => (clip.clipType === 'timeline' && clip.source ? doc.timelines?.[clip.source.path] : undefined);

/** The files that are seen or heard, also in films in the film. @param {Doc} doc @returns {Set<string>} paths */
export function usedPaths(doc) {
  /** @type {Set<string>} */
  const paths = new Set();
  /** @type {Set<NestedTimeline>} */
  const seen = new Set();
  const collect = (/** @type {{tracks: readonly {items: readonly (Clip | Gap)[]}[]}} */ { tracks }) => {
    for (const clip of tracks.flatMap(({ items }) => items)) {
      if (clip.kind !== 'clip' || clip.disabled || !clip.source) continue;
      const inner = nestedIn(doc, clip);
      if (!inner) paths.add(clip.source.path);
      else if (!seen.has(inner)) {
        seen.add(inner);
        collect(inner);
      }
    }
  };
  collect(doc);
  return paths;
}

/** Where the film ends. @param {Doc} doc */
export const durationOf = (doc) => Math.max(0, ...allClips(doc).map((clip) => (clip.disabled ? 0 : endOf(clip))));

/** Every moment at which something begins or ends. @param {Doc} doc @returns {number[]} in order */
export function editPoints(doc) {
  const edges = [...allClips(doc), ...doc.captions].flatMap((item) => [startOf(item), endOf(item)]);
  return [...new Set([0, ...edges])].sort((a, b) => a - b);
}

/** The ids and those of the clips linked to them. @param {Doc} doc @param {Iterable<string>} ids @returns {Set<string>} */
export function withLinked(doc, ids) {
  const chosen = new Set(ids);
  const clips = allClips(doc);
  const links = new Set(clips.flatMap(({ id, linkId }) => (linkId && chosen.has(id) ? [linkId] : [])));
  for (const { id, linkId } of clips) if (linkId && links.has(linkId)) chosen.add(id);
  return chosen;
}

/** V1 is the lowest picture, A1 the first sound. @param {Doc} doc @param {Track} track */
export function trackLabel(doc, track) {
  const same = doc.tracks.filter(({ kind }) => kind === track.kind);
  const index = same.indexOf(track);
  return track.kind === 'video' ? `V${same.length - index}` : `A${index + 1}`;
}

/** How far a clip's source reaches; endless for what has no time of its own. @param {Doc} doc @param {Clip} clip */
export function sourceEndUs(doc, clip) {
  if (clip.clipType !== 'media' || clip.isImage || clip.freezeFrameSourceUs !== undefined) return Infinity;
  return mediaOf(doc, clip)?.info?.durationUs || Infinity;
}

/** @param {Clip} clip */
export const speedOf = (clip) => clip.speed ?? 1;

/** @param {Clip} clip whether its source runs with the timeline */
export const runs = (clip) => (clip.clipType === 'media' || clip.clipType === 'timeline') && !clip.isImage;
