import { effect } from '@preact/signals-core';
import { html, nothing } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { ref } from 'lit/directives/ref.js';
import { t } from '../strings.js';
import { captionRow } from './caption-row.js';
import { endOf, startOf, trackLabel } from './document.js';
import { grabEmpty, marquee } from './drag.js';
import { dropped, leaving, over } from './drop.js';
import { dragging, snappedUs } from './following.js';
import { gridKey } from './grid-keys.js';
import { rateNow } from './player.js';
import { rulerRow } from './ruler.js';
import { HEAD_PX, contentPx, reveal, scrollPx, setScroller, toPx, viewPx, window_, zoomBy } from './scale.js';
import { focused, playheadUs, shown, targetTrack } from './store.js';
import { clipView } from './timeline-clip.js';
import { trackHead } from './track-head.js';

/**
 * The timeline: its ruler, its tracks, and of their clips those that are near the screen.
 *
 * @import { Doc, Track } from './document.js'
 */

/** @type {Element | undefined} */
let mounted;

/** @param {Element | undefined} element */
function attach(element) {
  if (!element || element === mounted) return;
  mounted = element;
  const scroller = /** @type {HTMLElement} */ (element);
  setScroller(scroller);
  scroller.addEventListener('scroll', () => (scrollPx.value = scroller.scrollLeft), { passive: true });
  scroller.addEventListener('wheel', wheel, { passive: false });
  // In a frame of its own: what it changes lies inside of what it observes.
  const measure = () => requestAnimationFrame(() => (viewPx.value = Math.max(100, scroller.clientWidth - HEAD_PX)));
  new ResizeObserver(measure).observe(scroller);
  effect(() => {
    if (rateNow.value) reveal(playheadUs.value);
  });
}

/** @param {WheelEvent} event */
function wheel(event) {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) return;
  event.preventDefault();
  const { left } = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
  const us = ((event.clientX - left - HEAD_PX + scrollPx.value) / toPx(1e6)) * 1e6;
  zoomBy(Math.exp(-event.deltaY / 300), us);
}

export function timeline() {
  const now = shown.value;
  const empty = now.tracks.every(({ items }) => !items.length) && !now.captions.length;
  return html`<div class="tl-scroll" data-dragging=${dragging.value || nothing} ${ref(attach)}>
    <div class="tl-canvas" .style=${`inline-size: ${HEAD_PX + contentPx.value}px`} @dragover=${over} @dragleave=${leaving} @drop=${dropped}>
      ${rulerRow(now)}
      <div role="grid" aria-label=${t.timeline.label} aria-multiselectable="true" class="tl-grid" @keydown=${gridKey} @focusin=${focusCame}>
        ${repeat(
          now.tracks,
          ({ id }) => id,
          (track) => row(now, track),
        )}
        ${now.captions.length ? captionRow(now) : nothing}
      </div>
      ${empty ? html`<p class="tl-empty">${t.timeline.empty}</p>` : nothing} ${rangeView(now)} ${frameView()}
    </div>
  </div>`;
}

/** @param {FocusEvent} event */
function focusCame({ target }) {
  const id = target instanceof HTMLElement ? target.dataset.id : undefined;
  if (id && focused.value !== id) focused.value = id;
}

function frameView() {
  const box = marquee.value;
  return html`${box ? html`<div class="tl-marquee" .style=${`inset-inline-start: ${box.left}px; inset-block-start: ${box.top}px; inline-size: ${box.width}px; block-size: ${box.height}px`}></div>` : nothing}
  ${snappedUs.value === undefined ? nothing : html`<div class="tl-snap" .style=${`translate: ${HEAD_PX + toPx(snappedUs.value)}px`}></div>`}`;
}

/** @param {Doc} now */
function rangeView({ range }) {
  if (!range) return nothing;
  const [from, to] = [toPx(range.startUs), toPx(range.startUs + range.durationUs)];
  return html`<div class="tl-range" .style=${`inset-inline-start: ${HEAD_PX + from}px; inline-size: ${to - from}px`}></div>`;
}

/** @param {Doc} now @param {Track} track */
function row(now, track) {
  const { fromUs, toUs } = window_.value;
  const near = track.items.filter((clip) => (startOf(clip) < toUs && endOf(clip) > fromUs) || clip.id === focused.value);
  const label = trackLabel(now, track);
  return html`<div
    role="row"
    class="tl-row"
    data-track=${track.id}
    data-kind=${track.kind}
    data-off=${track.videoHidden || track.audioMuted || nothing}
    data-locked=${track.locked || nothing}
    data-target=${targetTrack.value === track.id || nothing}
  >
    ${trackHead(track, label)}
    <div role="none" class="tl-lane" @pointerdown=${grabEmpty}>
      ${repeat(
        near,
        ({ id }) => id,
        (clip) => clipView(now, track, label, clip),
      )}
    </div>
  </div>`;
}
