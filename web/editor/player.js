import { batch, effect, signal, untracked } from '@preact/signals-core';
import { stepFrames } from './document.js';
import { FrameWatch } from './frame-watch.js';
import { files } from './media.js';
import { setPeaksSource } from './peaks.js';
import { timelineOf } from './snapshot.js';
import { doc, filmUs, playheadUs, shown } from './store.js';

/**
 * The picture and the sound of the film as it is: the preview engine, held to the playhead.
 */

/** A change of the document waits this long for the next: a drag makes many. */
const SETTLE_MS = 40;
const STARTS_WITHIN_MS = 3000;
const MOST_ENGINES = 3;

/** 0 while it stands; 1 forward, -2 twice as fast backward. */
export const rateNow = signal(0);
export const volume = signal(Number(localStorage.getItem('gran-volume') ?? 1));
/** Of the document's size: less is faster. */
export const quality = signal(Number(localStorage.getItem('gran-preview') ?? 0.5));
export const previewProblem = signal('');
export const previewReady = signal(false);
export const droppedFrames = signal(0);
/** A frame is awaited for longer than one notices. */
export const late = signal(false);
/** The first frame is to be seen. */
export const pictured = signal(false);
/** The person has pressed play once, and knows how. */
export const hasPlayed = signal(localStorage.getItem('gran-played') !== null);

/** Counts the engines there have been: each needs a canvas of its own. */
export const previewNumber = signal(0);

const watch = new FrameWatch((is) => (late.value = is));

/** @typedef {import('../preview-client.js').PreviewClient} Preview */
/** @type {Preview | undefined} */
let preview;
/** Where the engine has said that it is. */
let toldUs = 0;
/** It was asked to play, and has not said yet that it does: what it says until then is old. */
let starting = false;
let lost = 0;

/** @param {HTMLCanvasElement} canvas */
export async function mountPlayer(canvas) {
  watch.ask();
  const { PreviewClient } = await import('../preview-client.js');
  preview = new PreviewClient(canvas, {
    onState: heard,
    onFrame: (us) => {
      pictured.value = true;
      watch.came(us, rateNow.value !== 0);
    },
    onProblem: (message) => {
      watch.stop();
      previewProblem.value = message;
    },
    onLost: replace,
  });
  stop = showWhatChanges(preview);
  try {
    await preview.ready;
    previewReady.value = true;
    const made = preview;
    setPeaksSource((file, how, onPart) => made.peaks(file, how, onPart));
  } catch (error) {
    previewProblem.value = /** @type {Error} */ (error).message;
  }
}

let stop = () => {};

/** The engine broke: another one, unless they all do. */
function replace() {
  stop();
  watch.stop();
  previewReady.value = false;
  rateNow.value = 0;
  lost += 1;
  if (lost <= MOST_ENGINES) previewNumber.value += 1;
}

/** @param {import('../preview-client.js').State} state */
function heard(state) {
  if (starting && !state.playing) return;
  starting = false;
  const played = rateNow.value !== 0;
  toldUs = state.timeUs;
  batch(() => {
    rateNow.value = state.playing ? state.rate : 0;
    if (state.playing || played) playheadUs.value = state.timeUs;
    droppedFrames.value = state.droppedFrames;
  });
  if (played && !state.playing) watch.stop();
}

/** @param {Preview} made */
function showWhatChanges(made) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const stops = [
    effect(() => {
      const [now, there, part] = [shown.value, files.value, quality.value];
      clearTimeout(timer);
      timer = setTimeout(() => {
        previewProblem.value = '';
        const { width, height, timebase } = now;
        const reduction = /** @type {1 | 2 | 4} */ (Math.round(1 / part));
        made.show(timelineOf(now, there), { width, height, fps: timebase.fps, audio: true, reduction });
        watch.ask();
      }, SETTLE_MS);
    }),
    effect(() => {
      const us = playheadUs.value;
      if (us === toldUs || untracked(() => rateNow.value)) return;
      made.seek((toldUs = us));
      // Beyond the end it is the last frame that comes.
      watch.ask(us < untracked(() => filmUs.value) ? us : undefined);
    }),
    effect(() => {
      made.setVolume(volume.value);
      localStorage.setItem('gran-volume', String(volume.value));
    }),
    effect(() => localStorage.setItem('gran-preview', String(quality.value))),
  ];
  return () => {
    clearTimeout(timer);
    for (const end of stops) end();
  };
}

/** @param {number} rate */
export function play(rate = 1) {
  if (!preview || !filmUs.value) return;
  if (rate > 0 && playheadUs.value >= filmUs.value) playheadUs.value = 0;
  if (!rateNow.value) {
    starting = true;
    setTimeout(() => (starting = false), STARTS_WITHIN_MS);
  }
  rateNow.value = rate;
  preview.play(rate);
  if (!hasPlayed.value) localStorage.setItem('gran-played', 'yes');
  hasPlayed.value = true;
}

export function pause() {
  if (!rateNow.value) return;
  starting = false;
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
