import { effect } from '@preact/signals-core';
import { html, nothing } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { ref } from 'lit/directives/ref.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import { formatSeconds } from '../timecode.js';
import { endOf, rateOfDoc, startOf, trackLabel } from './document.js';
import { addTrack, removeTrack, setTrack } from './film-commands.js';
import { dragging, grabCaption, grabEmpty, grabMarker, grabPlayhead, marquee, snappedUs } from './drag.js';
import { dropped, leaving, over } from './drop.js';
import { gridKey } from './grid-keys.js';
import { goTo, rateNow, stepBy } from './player.js';
import { HEAD_PX, contentPx, reveal, scrollPx, setScroller, tickUs, toPx, viewPx, window_, zoomBy } from './scale.js';
import { doc, filmUs, focused, playheadUs, readOnly, run, selection, shown, targetTrack } from './store.js';
import { clipView } from './timeline-clip.js';
import { timecode } from './timecode.js';

/**
 * The timeline: its ruler, its tracks, and of their clips those that are near the screen.
 *
 * @import { Caption, Doc, Track } from './document.js'
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

/** @param {Doc} now */
function rulerRow(now) {
  const { fromUs, toUs } = window_.value;
  const step = tickUs.value;
  const ticks = [];
  for (let n = Math.floor(fromUs / step); n * step <= toUs; n += 1) ticks.push(n * step);
  return html`<div class="tl-ruler-row">
    <div class="tl-corner">
      <button
        type="button"
        class="icon-button"
        title=${t.timeline.addVideoTrack}
        aria-label=${t.timeline.addVideoTrack}
        ?disabled=${readOnly.value}
        @click=${() => run(t.steps.addTrack, (d) => addTrack(d, 'video'))}
      >
        ${icon('film')}<small>+</small>
      </button>
      <button
        type="button"
        class="icon-button"
        title=${t.timeline.addAudioTrack}
        aria-label=${t.timeline.addAudioTrack}
        ?disabled=${readOnly.value}
        @click=${() => run(t.steps.addTrack, (d) => addTrack(d, 'audio'))}
      >
        ${icon('music')}<small>+</small>
      </button>
    </div>
    <div class="tl-ruler" @pointerdown=${grabPlayhead}>
      ${ticks.map((us) => html`<span class="tick" .style=${`translate: ${toPx(us)}px`} aria-hidden="true">${tickText(us, step)}</span>`)}
      ${now.markers.map(
        (marker) =>
          html`<button
            type="button"
            class="marker"
            .style=${`translate: ${toPx(marker.timeUs)}px`}
            aria-label=${t.timeline.marker(marker.name, timecode(rateOfDoc(now), marker.timeUs))}
            title=${marker.name}
            aria-pressed=${selection.value.has(marker.id) ? 'true' : 'false'}
            @pointerdown=${(/** @type {PointerEvent} */ event) => grabMarker(event, marker.id)}
            @keydown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && ((selection.value = new Set([marker.id])), goTo(marker.timeUs))}
          >
            ${icon('flag')}
          </button>`,
      )}
    </div>
    ${playhead()}
  </div>`;
}

/** @param {number} us @param {number} step */
const tickText = (us, step) =>
  step < 1e6 ? `${formatSeconds(Math.floor(us / 1e6) * 1e6)}.${Math.round((us % 1e6) / 1e5)}` : formatSeconds(us);

/** The line is moved by its own effect: it moves with every frame. */
function playhead() {
  const moved = (/** @type {Element | undefined} */ element) => {
    if (!(element instanceof HTMLElement) || element.dataset.moves) return;
    element.dataset.moves = 'true';
    effect(() => {
      const us = playheadUs.value;
      element.style.translate = `${HEAD_PX + toPx(us)}px`;
      element.setAttribute('aria-valuenow', String(Math.round(us / 1000)));
      element.setAttribute('aria-valuetext', timecode(rateOfDoc(doc.value), us));
      element.setAttribute('aria-valuemax', String(Math.round(filmUs.value / 1000)));
    });
  };
  return html`<div
    class="tl-playhead"
    role="slider"
    tabindex="0"
    aria-label=${t.timeline.playhead}
    aria-valuemin="0"
    @keydown=${playheadKey}
    ${ref(moved)}
  ></div>`;
}

/** @param {KeyboardEvent} event */
function playheadKey(event) {
  /** @type {Record<string, () => void>} */
  const ways = {
    ArrowLeft: () => stepBy(event.shiftKey ? -Math.round(fps()) : -1),
    ArrowRight: () => stepBy(event.shiftKey ? Math.round(fps()) : 1),
    PageUp: () => goTo(playheadUs.value - 1e6),
    PageDown: () => goTo(playheadUs.value + 1e6),
    Home: () => goTo(0),
    End: () => goTo(filmUs.value),
  };
  const way = ways[event.key];
  if (!way) return;
  event.preventDefault();
  event.stopPropagation();
  way();
  reveal(playheadUs.value);
}

const fps = () => doc.value.timebase.fps[0] / doc.value.timebase.fps[1];

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
    ${head(track, label)}
    <div role="none" class="tl-lane" @pointerdown=${grabEmpty}>
      ${repeat(
        near,
        ({ id }) => id,
        (clip) => clipView(now, track, label, clip),
      )}
    </div>
  </div>`;
}

/** @param {Track} track @param {string} label */
function head(track, label) {
  const set = (/** @type {string} */ step, /** @type {Partial<Track>} */ fields) => () =>
    run(step, (now) => setTrack(now, track.id, fields));
  const toggle = (/** @type {string} */ name, /** @type {unknown} */ look, /** @type {boolean} */ on, /** @type {() => void} */ act) =>
    html`<button
      type="button"
      class="track-button"
      title=${name}
      aria-label=${`${name}, ${label}`}
      aria-pressed=${on ? 'true' : 'false'}
      @click=${act}
    >
      ${look}
    </button>`;
  const { videoHidden = false, audioMuted = false, audioSolo = false, locked = false } = track;
  return html`<div role="rowheader" class="tl-head">
    <button
      type="button"
      class="track-label"
      title=${track.name ? `${track.name} – ${t.timeline.target}` : t.timeline.target}
      aria-label=${`${t.timeline.target}, ${label}`}
      aria-pressed=${targetTrack.value === track.id ? 'true' : 'false'}
      @click=${() => (targetTrack.value = targetTrack.value === track.id ? undefined : track.id)}
    >
      ${label}
    </button>
    ${track.kind === 'video' ? toggle(t.timeline.hide, icon(videoHidden ? 'eye-off' : 'eye'), videoHidden, set(t.steps.hideTrack, { videoHidden: !videoHidden })) : nothing}
    ${toggle(t.timeline.mute, 'M', audioMuted, set(t.steps.muteTrack, { audioMuted: !audioMuted }))}
    ${toggle(t.timeline.solo, 'S', audioSolo, set(t.steps.soloTrack, { audioSolo: !audioSolo }))}
    ${toggle(t.timeline.lock, icon(locked ? 'lock' : 'lock-open'), locked, set(t.steps.lockTrack, { locked: !locked }))}
    ${
      track.items.length
        ? nothing
        : html`<button
            type="button"
            class="track-button"
            title=${t.timeline.removeTrack}
            aria-label=${`${t.timeline.removeTrack}, ${label}`}
            @click=${() => run(t.steps.removeTrack(label), (now) => removeTrack(now, track.id))}
          >
            ${icon('x')}
          </button>`
    }
  </div>`;
}

/** @param {Doc} now */
function captionRow(now) {
  const { fromUs, toUs } = window_.value;
  const near = now.captions.filter((caption) => (startOf(caption) < toUs && endOf(caption) > fromUs) || caption.id === focused.value);
  const hidden = now.captionsHidden === true;
  return html`<div role="row" class="tl-row" data-kind="captions" data-off=${hidden || nothing}>
    <div role="rowheader" class="tl-head">
      <span class="track-label">${icon('captions')}<span class="visually-hidden">${t.timeline.captions}</span></span>
      <button
        type="button"
        class="track-button"
        title=${t.timeline.hide}
        aria-label=${`${t.timeline.hide}, ${t.timeline.captions}`}
        aria-pressed=${hidden ? 'true' : 'false'}
        @click=${() => run(t.steps.hideTrack, (d) => ({ ...d, captionsHidden: !hidden }))}
      >
        ${icon(hidden ? 'eye-off' : 'eye')}
      </button>
    </div>
    <div role="none" class="tl-lane" @pointerdown=${grabEmpty}>
      ${repeat(
        near,
        ({ id }) => id,
        (caption) => captionView(caption),
      )}
    </div>
  </div>`;
}

/** @param {Caption} caption */
function captionView({ id, text, timelineRange: { startUs, durationUs } }) {
  const grab = (/** @type {import('./drag.js').Grip} */ grip) => (/** @type {PointerEvent} */ event) => grabCaption(event, id, grip);
  return html`<div
    role="gridcell"
    class="clip"
    data-kind="caption"
    data-id=${id}
    tabindex=${focused.value === id ? '0' : '-1'}
    aria-selected=${selection.value.has(id) ? 'true' : 'false'}
    aria-label=${t.timeline.captionName(text, startUs / 1e6, durationUs / 1e6)}
    title=${text}
    .style=${`inset-inline-start: ${toPx(startUs)}px; inline-size: ${Math.max(3, toPx(durationUs))}px`}
    @pointerdown=${grab('move')}
  >
    <span class="clip-name">${text}</span>
    <span class="edge start" @pointerdown=${grab('start')}></span><span class="edge end" @pointerdown=${grab('end')}></span>
  </div>`;
}
