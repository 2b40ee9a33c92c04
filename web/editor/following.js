import { batch, signal } from '@preact/signals-core';
import { scrollBy, viewPx } from './scale.js';
import { draft } from './store.js';

/** How a pointer is followed over the timeline, from where it takes something to where it lets go. */

const STARTS_AT_PX = 4;
const EDGE_PX = 28;

/** Where something has snapped to. @type {import('@preact/signals-core').Signal<number | undefined>} */
export const snappedUs = signal(undefined);
/** What is being dragged: by which grip. */
export const dragging = signal('');

/**
 * Follows the pointer until it is let go, or Escape.
 * @param {PointerEvent} event @param {{move: (event: PointerEvent, dxPx: number, dyPx: number) => void, done?: (moved: boolean) => void, cancel?: () => void}} handlers
 */
export function follow(event, { move, done, cancel }) {
  const over = new AbortController();
  const { signal: ended } = over;
  const [x, y] = [event.clientX, event.clientY];
  const scroller = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (event.currentTarget).closest('.tl-scroll'));
  const scrolledFrom = scroller?.scrollLeft ?? 0;
  let moved = false;
  const finish = (/** @type {boolean} */ kept) => {
    over.abort();
    if (kept) done?.(moved);
    else cancel?.();
    batch(() => {
      draft.value = undefined;
      snappedUs.value = undefined;
      dragging.value = '';
    });
  };
  const step = (/** @type {PointerEvent} */ now) => {
    if (!moved && Math.hypot(now.clientX - x, now.clientY - y) < STARTS_AT_PX) return;
    moved = true;
    if (scroller) pushScroller(scroller, now.clientX);
    move(now, now.clientX - x + (scroller?.scrollLeft ?? 0) - scrolledFrom, now.clientY - y);
  };
  addEventListener('pointermove', step, { signal: ended });
  addEventListener(
    'pointerup',
    (now) => {
      step(now); // a busy page may have got no move to where it is let go
      finish(true);
    },
    { signal: ended },
  );
  addEventListener('pointercancel', () => finish(false), { signal: ended });
  addEventListener(
    'keydown',
    (now) => {
      if (now.key !== 'Escape') return;
      now.preventDefault();
      now.stopPropagation();
      finish(false);
    },
    { signal: ended, capture: true },
  );
}

/** @param {HTMLElement} scroller @param {number} x */
function pushScroller(scroller, x) {
  const { right } = scroller.getBoundingClientRect();
  const left = right - viewPx.value;
  if (x > right - EDGE_PX) scrollBy(16);
  else if (x < left + EDGE_PX && x > left - 200) scrollBy(-16);
}
