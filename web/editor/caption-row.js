import { html, nothing } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import { endOf, startOf } from './document.js';
import { grabCaption, grabEmpty } from './drag.js';
import { toPx, window_ } from './scale.js';
import { focused, run, selection } from './store.js';

/**
 * The captions, below the tracks.
 *
 * @import { Caption, Doc } from './document.js'
 */

/** @param {Doc} now */
export function captionRow(now) {
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
