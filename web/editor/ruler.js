import { effect } from '@preact/signals-core';
import { html } from 'lit/html.js';
import { ref } from 'lit/directives/ref.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import { formatSeconds } from '../timecode.js';
import { rateOfDoc } from './document.js';
import { grabMarker, grabPlayhead } from './drag.js';
import { addTrack } from './film-commands.js';
import { goTo, stepBy } from './player.js';
import { HEAD_PX, reveal, tickUs, toPx, window_ } from './scale.js';
import { doc, filmUs, playheadUs, readOnly, run, selection } from './store.js';
import { timecode } from './timecode.js';

/**
 * The uppermost row of the timeline: the time, the markers, the playhead.
 *
 * @import { Doc } from './document.js'
 */

/** @param {Doc} now */
export function rulerRow(now) {
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
