import { computed, signal } from '@preact/signals-core';
import { filmUs, playheadUs } from './store.js';

/** How the timeline's time becomes pixels, and which part of it is on the screen. */

export const HEAD_PX = 132;
const LIMITS = { min: 0.02, max: 4000 };
const SNAP_PX = 8;

/** Pixels a second. */
export const zoom = signal(60);
export const scrollPx = signal(0);
/** Of the lanes, without the heads. */
export const viewPx = signal(1000);

export const contentPx = computed(() => Math.max(viewPx.value, (filmUs.value / 1e6) * zoom.value + viewPx.value * 0.6));

/** @param {number} us */
export const toPx = (us) => (us / 1e6) * zoom.value;
/** @param {number} px */
export const toUs = (px) => (px / zoom.value) * 1e6;

/** What is on the screen and half a screen around it, µs. */
export const window_ = computed(() => {
  const fromUs = toUs(Math.max(0, scrollPx.value - viewPx.value / 2));
  return { fromUs, toUs: toUs(scrollPx.value + viewPx.value * 1.5) };
});

/** @type {HTMLElement | undefined} */
let scroller;
/** @param {HTMLElement} element */
export const setScroller = (element) => (scroller = element);

/** @param {number} px */
function scrollTo(px) {
  if (!scroller) return;
  scroller.scrollLeft = px;
  scrollPx.value = scroller.scrollLeft;
}

/** Keeps the moment in its place on the screen. @param {number} to @param {number} [aroundUs] */
export function zoomTo(to, aroundUs = playheadUs.value) {
  const offset = toPx(aroundUs) - scrollPx.value;
  const inView = offset >= 0 && offset <= viewPx.value ? offset : viewPx.value / 2;
  zoom.value = Math.min(LIMITS.max, Math.max(LIMITS.min, to));
  requestAnimationFrame(() => scrollTo(toPx(aroundUs) - inView));
}

/** @param {number} factor @param {number} [aroundUs] */
export const zoomBy = (factor, aroundUs) => zoomTo(zoom.value * factor, aroundUs);

/** The whole film on the screen. */
/** Room for the time that is written at the end. */
const END_PX = 48;

export function fit() {
  zoom.value = Math.min(LIMITS.max, Math.max(LIMITS.min, ((viewPx.value - END_PX) / Math.max(1e6, filmUs.value)) * 1e6));
  requestAnimationFrame(() => scrollTo(0));
}

/** Turns the page when a moment has left the screen. @param {number} us */
export function reveal(us) {
  const px = toPx(us);
  if (px < scrollPx.value || px > scrollPx.value + viewPx.value - 16) scrollTo(Math.max(0, px - viewPx.value * 0.15));
}

/** @param {number} px */
export const scrollBy = (px) => scrollTo(scrollPx.value + px);

/**
 * The difference that brings one of some moments onto one of others, where any is near enough.
 * @param {readonly number[]} moving µs @param {readonly number[]} targets µs @returns {{byUs: number, atUs: number} | undefined}
 */
export function snapOf(moving, targets) {
  let best;
  for (const us of moving) {
    for (const atUs of targets) {
      const byUs = atUs - us;
      if (Math.abs(toPx(byUs)) <= SNAP_PX && (!best || Math.abs(byUs) < Math.abs(best.byUs))) best = { byUs, atUs };
    }
  }
  return best;
}

/** The distance of the ruler's numbers, µs: about a hundred pixels, in steps that people count in. */
export const tickUs = computed(() => {
  const wanted = toUs(90) / 1e6;
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  return (steps.find((step) => step >= wanted) ?? 7200) * 1e6;
});
