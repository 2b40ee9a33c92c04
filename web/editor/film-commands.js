import { frameStartUs, nearestFrame } from '../rate.js';
import { IMAGE_US, TITLE_US, endOf, mediaAt, onFrame, rateOfDoc, startOf } from './document.js';
import { place } from './moving.js';
import { isFree, withIds } from './placing.js';

/**
 * What can be done to the film around its clips: media, tracks, markers, captions, the range from in to out.
 *
 * @import { Caption, Clip, Doc, Media, MediaFacts, Track } from './document.js'
 */

/** @param {Doc} doc @param {readonly Media[]} media @returns {Doc} */
export const addMedia = (doc, media) => ({ ...doc, media: [...doc.media, ...media] });

/** @param {Doc} doc @param {string} path @returns {Doc} without the file and its clips */
export function removeMedia(doc, path) {
  const tracks = doc.tracks.map((track) => ({ ...track, items: track.items.filter(({ source }) => source?.path !== path) }));
  return { ...doc, tracks, media: doc.media.filter((media) => media.path !== path) };
}

/** What the engine found in a file. @param {Doc} doc @param {string} path @param {MediaFacts} info @param {Media['kind']} kind @returns {Doc} */
export function describeMedia(doc, path, info, kind) {
  return { ...doc, media: doc.media.map((media) => (media.path === path ? { ...media, info, kind } : media)) };
}

/** A clip of a whole file. @param {Doc} doc @param {string} path @param {number} startUs @returns {Omit<Clip, 'id'> | undefined} */
export function clipOf(doc, path, startUs) {
  const media = mediaAt(doc, path);
  if (!media) return undefined;
  const still = media.kind === 'image';
  const lengthUs = still ? IMAGE_US : (media.info?.durationUs ?? 0);
  if (!lengthUs) return undefined;
  const durationUs = lengthOnFrames(doc, startUs, lengthUs);
  return {
    kind: 'clip',
    clipType: 'media',
    name: media.name,
    source: { path },
    timelineRange: { startUs, durationUs },
    sourceRange: { startUs: 0, durationUs },
    ...(still ? { isImage: true } : {}),
  };
}

/**
 * Puts files on the timeline one after the other: at a moment of a track, or at the end of the first of their kind. The
 * first one with a picture sets the film's size and rate, if nobody did.
 * @param {Doc} doc @param {readonly string[]} paths @param {{trackId?: string, startUs?: number}} [where]
 * @returns {Doc}
 */
export function addToTimeline(doc, paths, { trackId, startUs } = {}) {
  let now = sizedBy(doc, paths);
  let nextUs = startUs === undefined ? undefined : onFrame(now, startUs);
  for (const path of paths) {
    const kind = mediaAt(now, path)?.kind === 'audio' ? 'audio' : 'video';
    const asked = now.tracks.find((track) => track.id === trackId && track.kind === kind && !track.locked);
    let track = asked ?? mainTrack(now, kind);
    if (!track) {
      now = addTrack(now, kind);
      track = /** @type {Track} */ (mainTrack(now, kind));
    }
    const atUs = nextUs ?? onFrame(now, endOfTrack(track));
    const clip = clipOf(now, path, atUs);
    if (!clip) continue;
    now = place(now, track.id, [clip]);
    if (nextUs !== undefined) nextUs = endOf(clip);
  }
  return now;
}

/** The lowest picture or the first sound that can be changed. @param {Doc} doc @param {'video' | 'audio'} kind */
export function mainTrack(doc, kind) {
  const usable = doc.tracks.filter((track) => track.kind === kind && !track.locked);
  return kind === 'video' ? usable.at(-1) : usable[0];
}

/** @param {Track} track */
const endOfTrack = (track) => (track.items.length ? endOf(track.items[track.items.length - 1]) : 0);

/** @param {Doc} doc @param {readonly string[]} paths @returns {Doc} */
function sizedBy(doc, paths) {
  if (doc.sized) return doc;
  const media = paths.map((path) => mediaAt(doc, path)).find((each) => each?.info?.video);
  const video = media?.info?.video;
  if (!video) return doc;
  const even = (/** @type {number} */ px) => Math.max(16, Math.min(8192, 2 * Math.floor(px / 2)));
  const sized = { ...doc, width: even(video.width), height: even(video.height), sized: true };
  const fps = media.kind === 'video' && video.fps ? usualRate(video.fps) : undefined;
  return fps && doc.tracks.every(({ items }) => !items.length) ? { ...sized, timebase: { fps } } : sized;
}

/** @type {(fps: number) => [number, number]} */
const usualRate = (fps) => {
  const known = /** @type {[number, number][]} */ ([
    [24000, 1001],
    [24, 1],
    [25, 1],
    [30000, 1001],
    [30, 1],
    [48, 1],
    [50, 1],
    [60000, 1001],
    [60, 1],
  ]);
  return known.reduce((best, each) => (Math.abs(each[0] / each[1] - fps) < Math.abs(best[0] / best[1] - fps) - 1e-6 ? each : best));
};

/** @param {Doc} doc @param {'video' | 'audio'} kind @returns {Doc} a picture track on top, or a sound track below */
export function addTrack(doc, kind) {
  return withIds(doc, (newId) => {
    const track = { id: newId(), kind, items: [] };
    return { tracks: kind === 'video' ? [track, ...doc.tracks] : [...doc.tracks, track] };
  });
}

/** @param {Doc} doc @param {string} id @returns {Doc} */
export const removeTrack = (doc, id) => ({ ...doc, tracks: doc.tracks.filter((track) => track.id !== id) });

/** @param {Doc} doc @param {string} id @param {Partial<Track>} fields @returns {Doc} */
export const setTrack = (doc, id, fields) => ({
  ...doc,
  tracks: doc.tracks.map((track) => (track.id === id ? { ...track, ...fields } : track)),
});

/**
 * A clip without a file on the lowest picture track above the film that has room, or on a new one on top.
 * @param {Doc} doc @param {number} us @param {Partial<Clip> & {clipType: Clip['clipType']}} fields
 * @returns {Doc}
 */
export function addOverlay(doc, us, fields) {
  const startUs = onFrame(doc, us);
  const endUs = onFrame(doc, startUs + TITLE_US);
  const free = (/** @type {Doc} */ now) =>
    now.tracks
      .filter(({ kind }) => kind === 'video')
      .slice(0, -1)
      .findLast((track) => !track.locked && isFree(track, startUs, endUs));
  const roomy = free(doc) ? doc : addTrack(doc, 'video');
  const track = /** @type {Track} */ (free(roomy) ?? roomy.tracks[0]);
  return place(roomy, track.id, [{ kind: 'clip', timelineRange: { startUs, durationUs: endUs - startUs }, ...fields }]);
}

/** @param {Doc} doc @param {number} us @param {string} name @returns {Doc} */
export function addMarker(doc, us, name) {
  const timeUs = onFrame(doc, us);
  if (doc.markers.some((marker) => marker.timeUs === timeUs)) return doc;
  return withIds(doc, (newId) => ({ markers: [...doc.markers, { id: newId(), timeUs, name }].sort((a, b) => a.timeUs - b.timeUs) }));
}

/** @param {Doc} doc @param {string} id @param {{timeUs?: number, name?: string}} fields @returns {Doc} */
export function setMarker(doc, id, fields) {
  const markers = doc.markers.map((marker) => (marker.id === id ? { ...marker, ...fields } : marker));
  return { ...doc, markers: markers.sort((a, b) => a.timeUs - b.timeUs) };
}

/** Sets the in or the out point; one past the other takes the other away. @param {Doc} doc @param {'in' | 'out'} edge @param {number} us @param {number} filmUs @returns {Doc} */
export function setRangeEdge(doc, edge, us, filmUs) {
  const atUs = onFrame(doc, us);
  const [startUs, endUs] = doc.range ? [doc.range.startUs, doc.range.startUs + doc.range.durationUs] : [0, filmUs];
  if (edge === 'in') return setRange(doc, atUs, endUs > atUs ? endUs : Math.max(filmUs, atUs));
  return setRange(doc, startUs < atUs ? startUs : 0, atUs);
}

/** @param {Doc} doc @param {number} startUs @param {number} endUs @returns {Doc} */
export function setRange(doc, startUs, endUs) {
  if (endUs <= startUs) return clearRange(doc);
  return { ...doc, range: { startUs, durationUs: endUs - startUs } };
}

/** @param {Doc} doc @returns {Doc} */
export function clearRange({ range: _, ...doc }) {
  return doc;
}

/** @param {Doc} doc @param {number} us @param {string} text @param {number} [lengthUs] @returns {Doc} */
export function addCaption(doc, us, text, lengthUs = 2_000_000) {
  const startUs = onFrame(doc, us);
  const next = doc.captions.find((caption) => startOf(caption) > startUs);
  const endUs = Math.min(onFrame(doc, startUs + lengthUs), next ? startOf(next) : Infinity);
  if (doc.captions.some((caption) => startOf(caption) <= startUs && endOf(caption) > startUs)) return doc;
  return withIds(doc, (newId) => {
    const caption = { id: newId(), text, timelineRange: { startUs, durationUs: endUs - startUs } };
    return { captions: [...doc.captions, caption].sort((a, b) => startOf(a) - startOf(b)) };
  });
}

/** Captions of a file, in place of those there were. @param {Doc} doc @param {readonly Omit<Caption, 'id'>[]} captions @returns {Doc} */
export function setCaptions(doc, captions) {
  return withIds(doc, (newId) => ({
    captions: captions.map((caption) => ({ ...caption, id: newId() })).sort((a, b) => startOf(a) - startOf(b)),
  }));
}

/** @param {Doc} doc @param {string} id @param {Partial<Caption>} fields @returns {Doc} */
export function setCaption(doc, id, fields) {
  const captions = doc.captions.map((caption) => (caption.id === id ? { ...caption, ...fields } : caption));
  return { ...doc, captions: captions.sort((a, b) => startOf(a) - startOf(b)) };
}

/** An edge of a caption, up to its neighbours. @param {Doc} doc @param {string} id @param {'start' | 'end'} edge @param {number} us @returns {Doc} */
export function trimCaption(doc, id, edge, us) {
  const index = doc.captions.findIndex((caption) => caption.id === id);
  const caption = doc.captions[index];
  if (!caption) return doc;
  const [before, after] = [doc.captions[index - 1], doc.captions[index + 1]];
  const low = before ? endOf(before) : 0;
  const high = after ? startOf(after) : Infinity;
  const atUs = Math.max(low, Math.min(onFrame(doc, us), high));
  const [startUs, endUs] = edge === 'start' ? [atUs, endOf(caption)] : [startOf(caption), atUs];
  return endUs - startUs < 10_000 ? doc : setCaption(doc, id, { timelineRange: { startUs, durationUs: endUs - startUs } });
}

/** A caption elsewhere, between its neighbours. @param {Doc} doc @param {string} id @param {number} byUs @returns {Doc} */
export function moveCaption(doc, id, byUs) {
  const caption = doc.captions.find((each) => each.id === id);
  if (!caption) return doc;
  const startUs = onFrame(doc, startOf(caption) + byUs);
  const { durationUs } = caption.timelineRange;
  const meets = doc.captions.some((each) => each !== caption && startOf(each) < startUs + durationUs && endOf(each) > startUs);
  return meets ? doc : setCaption(doc, id, { timelineRange: { startUs, durationUs } });
}

/** The frame before which a clip of a length ends. @param {Doc} doc @param {number} startUs @param {number} lengthUs */
const lengthOnFrames = (doc, startUs, lengthUs) => {
  const rate = rateOfDoc(doc);
  const frames = Math.max(1, Math.floor((lengthUs * rate.num) / (rate.den * 1e6) + 1e-3));
  return frameStartUs(rate, nearestFrame(rate, startUs) + frames) - startUs;
};
