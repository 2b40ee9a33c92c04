import { frameStartUs, nearestFrame, rateOf } from './rate.js';

/**
 * A film as the page knows it, and the timeline snapshot it becomes. Pure: nothing here touches the page or the worker.
 *
 * @import { Clip as TimelineClip, SourceInfo, Timeline } from './export-worker-client.js'
 * @import { Rate } from './rate.js'
 *
 * @typedef {object} Clip one row of the list
 * @property {string} id
 * @property {string} path the key of its file among the sources; clips of one file share it
 * @property {File} file
 * @property {string} name
 * @property {'video' | 'audio' | 'image'} kind a guess by the file's type until `info` has come
 * @property {number} inUs where in the source it starts
 * @property {number} outUs where in the source it ends; of a picture: how long it shows
 * @property {SourceInfo} [info]
 * @property {string} [problem] why it cannot be used
 * @property {boolean} [silent] its sound is left out
 */

export const IMAGE_US = 3_000_000;
/** What sound has no frames for. */
const SOUND_STEP = { num: 100, den: 1 };
const PICTURE_STEP = { num: 10, den: 1 };

/** @param {Clip} clip */
export const lengthUs = (clip) => clip.outUs - clip.inUs;

/** @param {readonly Clip[]} clips */
export const totalUs = (clips) => clips.reduce((sum, clip) => sum + lengthUs(clip), 0);

/** @param {Clip} clip @returns {boolean} it can be part of an export */
export const isUsable = (clip) => clip.info !== undefined && !clip.problem;

/** The steps that a clip's edges move by: frames of its source, or tenths and hundredths where it has none. @param {Clip} clip @returns {Rate} */
export function stepRate(clip) {
  if (clip.kind === 'image') return PICTURE_STEP;
  return clip.info?.video?.fps ? rateOf(clip.info.video.fps) : SOUND_STEP;
}

/**
 * A clip with one edge moved, on a frame of its source and within it, at least one frame long.
 * @param {Clip} clip @param {'in' | 'out'} edge @param {number} us
 * @returns {Clip}
 */
export function trimmed(clip, edge, us) {
  const rate = stepRate(clip);
  const endUs = clip.kind === 'image' ? Infinity : (clip.info?.durationUs ?? clip.outUs);
  const snapped = us >= endUs ? endUs : frameStartUs(rate, nearestFrame(rate, us));
  const oneFrame = frameStartUs(rate, 1);
  if (edge === 'in') return { ...clip, inUs: Math.max(0, Math.min(snapped, clip.outUs - oneFrame)) };
  return { ...clip, outUs: Math.min(endUs, Math.max(snapped, clip.inUs + oneFrame)) };
}

/**
 * A clip with one edge moved by whole frames.
 * @param {Clip} clip @param {'in' | 'out'} edge @param {number} frames
 */
export function stepped(clip, edge, frames) {
  const rate = stepRate(clip);
  const us = edge === 'in' ? clip.inUs : clip.outUs;
  const nearest = nearestFrame(rate, us);
  // An end that lies between two frames steps onto the nearer of them first.
  const from = frames < 0 && frameStartUs(rate, nearest) < us ? nearest + 1 : nearest;
  return trimmed(clip, edge, frameStartUs(rate, Math.max(0, from + frames)));
}

/** The pictures' display size. @param {Clip} clip @returns {{width: number, height: number} | undefined} */
export function displaySize(clip) {
  const video = clip.info?.video;
  if (!video) return undefined;
  return { width: video.width, height: video.height };
}

/** @param {readonly Clip[]} clips @param {readonly Clip[]} sounds */
export function hasSound(clips, sounds) {
  return sounds.length > 0 || clips.some((clip) => clip.info?.audio !== undefined && !clip.silent);
}

/**
 * Clips one after the other on one video track; sounds one after the other under them, from the film's start to its end.
 * @param {readonly Clip[]} clips @param {readonly Clip[]} sounds @param {Rate} rate
 * @returns {Timeline}
 */
export function buildTimeline(clips, sounds, rate) {
  const video = placed(clips, Infinity);
  const audio = placed(sounds, totalUs(clips));
  return {
    timebase: { fps: [rate.num, rate.den] },
    tracks: [
      { id: 'video-1', kind: 'video', name: 'Film', items: video },
      ...(audio.length ? [{ id: 'audio-1', kind: /** @type {const} */ ('audio'), name: 'Sound', items: audio }] : []),
    ],
    sources: Object.fromEntries([...clips, ...sounds].map((clip) => [clip.path, clip.file])),
  };
}

/** @param {readonly Clip[]} clips @param {number} endUs where the film ends @returns {TimelineClip[]} */
function placed(clips, endUs) {
  /** @type {TimelineClip[]} */
  const items = [];
  let startUs = 0;
  for (const clip of clips) {
    const durationUs = Math.min(lengthUs(clip), endUs - startUs);
    if (durationUs <= 0) break;
    items.push({
      kind: 'clip',
      id: clip.id,
      clipType: 'media',
      name: clip.name,
      source: { path: clip.path },
      timelineRange: { startUs, durationUs },
      sourceRange: { startUs: clip.inUs, durationUs },
      ...(clip.kind === 'image' ? { isImage: true } : {}),
      ...(clip.silent ? { audioFromVideoDisabled: true } : {}),
    });
    startUs += durationUs;
  }
  return items;
}
