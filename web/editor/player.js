import { effect, signal, untracked } from '@preact/signals-core';
import { stepFrames } from './document.js';
import { files } from './media.js';
import { setPeaksSource } from './peaks.js';
import { timelineOf } from './snapshot.js';
import { doc, filmUs, playheadUs, shown } from './store.js';

/**
 * The picture and the sound of the film as it is: the preview engine, held to the playhead.
 *
 * @typedef {object} Preview
 * @property {Promise<void>} ready
 * @property {(timeline: unknown, how: {width: number, height: number, fps: unknown, audio: boolean, reduction: number}) => void} show
 * @property {(us: number) => void} seek
 * @property {(frames: number) => void} step
 * @property {(rate?: number) => void} play
 * @property {() => void} pause
 * @property {(volume: number) => void} setVolume
 * @property {(us: number) => Promise<Blob>} snapshotPng
 * @property {import('./peaks.js').Source} peaks
 * @property {() => void} close
 */

/** A change of the document waits this long for the next: a drag makes many. */
const SETTLE_MS = 40;

/** 0 while it stands; 1 forward, -2 twice as fast backward. */
export const rateNow = signal(0);
export const volume = signal(Number(localStorage.getItem('gran-volume') ?? 1));
/** Of the document's size: less is faster. */
export const quality = signal(Number(localStorage.getItem('gran-preview') ?? 0.5));
export const previewProblem = signal('');
export const previewReady = signal(false);
export const droppedFrames = signal(0);

/** @type {Preview | undefined} */
let preview;

/** @param {HTMLCanvasElement} canvas */
export async function mountPlayer(canvas) {
  const load = import.meta.glob('../preview-client.js')['../preview-client.js'];
  if (!load) return;
  const { PreviewClient } = /** @type {any} */ (await load());
  const made = /** @type {Preview} */ (
    /** @type {unknown} */ (
      new PreviewClient(canvas, {
        onFrame: () => {},
        onState: (/** @type {{playing: boolean, rate: number, timeUs: number, droppedFrames: number}} */ state) => {
          if (rateNow.value && !state.playing) rateNow.value = 0;
          if (state.playing) playheadUs.value = state.timeUs;
          droppedFrames.value = state.droppedFrames;
        },
        onProblem: (/** @type {string} */ message) => (previewProblem.value = message),
      })
    )
  );
  preview = made;
  try {
    await made.ready;
  } catch (error) {
    previewProblem.value = /** @type {Error} */ (error).message;
    return;
  }
  previewReady.value = true;
  setPeaksSource((file, how, onPart) => made.peaks(file, how, onPart));
  showWhatChanges(made);
}

/** @param {Preview} made */
function showWhatChanges(made) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  effect(() => {
    const [now, there, part] = [shown.value, files.value, quality.value];
    clearTimeout(timer);
    timer = setTimeout(() => {
      previewProblem.value = '';
      const { width, height, timebase } = now;
      made.show(timelineOf(now, there), { width, height, fps: timebase.fps, audio: true, reduction: Math.round(1 / part) });
    }, SETTLE_MS);
  });
  effect(() => {
    const us = playheadUs.value;
    if (!untracked(() => rateNow.value)) made.seek(us);
  });
  effect(() => {
    made.setVolume(volume.value);
    localStorage.setItem('gran-volume', String(volume.value));
  });
  effect(() => localStorage.setItem('gran-preview', String(quality.value)));
}

/** @param {number} rate */
export function play(rate = 1) {
  if (!preview || !previewReady.value) return;
  if (rate > 0 && playheadUs.value >= filmUs.value) playheadUs.value = 0;
  if (rateNow.value === 0) preview.seek(playheadUs.value);
  rateNow.value = rate;
  preview.play(rate);
}

export function pause() {
  if (!rateNow.value) return;
  rateNow.value = 0;
  preview?.pause();
  playheadUs.value = stepFrames(doc.value, playheadUs.value, 0);
}

export const toggle = () => (rateNow.value ? pause() : play());

/** J and L: once starts, again doubles; the other way turns around. @param {1 | -1} direction */
export function shuttle(direction) {
  const now = rateNow.value;
  play(Math.sign(now) === direction && Math.abs(now) >= 1 ? direction * Math.min(8, Math.abs(now) * 2) : direction);
}

/** @param {number} us */
export function goTo(us) {
  if (rateNow.value) pause();
  playheadUs.value = stepFrames(doc.value, Math.max(0, us), 0);
}

/** @param {number} frames */
export const stepBy = (frames) => goTo(stepFrames(doc.value, playheadUs.value, frames));

export const frameAsPng = () => preview?.snapshotPng(playheadUs.value);
