import { html, nothing } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { focusClip } from './clip-list.js';
import { clips, filmUs, sounds } from './film-store.js';
import { isUsable, lengthUs } from './film.js';
import { frameOf } from './frames.js';
import { t } from './strings.js';
import { formatTime } from './timecode.js';

/** The film at a glance: its clips in their order, as wide as they are long, with pictures from them. */

/** Pictures in the whole strip: each one costs a seek. */
const PICTURES = 12;

/** @import { Clip } from './film.js' */

export function filmStrip() {
  const shown = clips.value.filter(isUsable);
  if (!shown.length) return nothing;
  return html`<div class="strip" role="group" aria-label=${t.strip.label}>
    <div class="strip-row">
      ${repeat(
        shown,
        ({ id }) => id,
        (clip) => segment(clip),
      )}
    </div>
    ${soundRow(filmUs.value)}
  </div>`;
}

/** @param {Clip} clip */
function segment(clip) {
  const length = lengthUs(clip);
  const count = Math.max(1, Math.round((PICTURES * length) / filmUs.value));
  const times = Array.from({ length: count }, (_, i) => Math.round(clip.inUs + ((i + 0.5) * length) / count));
  const name = t.strip.clip(clip.name, formatTime(length));
  // Through the style object, which the page's policy allows; a style attribute it does not.
  return html`<button
    type="button"
    class="segment"
    .style=${`flex-grow: ${length / 1e6}`}
    title=${name}
    aria-label=${name}
    @click=${() => focusClip(clip.id)}
  >
    ${times.map((us) => html`<canvas width="160" height="90" aria-hidden="true" ${frameOf({ file: clip.file, kind: clip.kind, us })}></canvas>`)}
    <span class="segment-name" aria-hidden="true">${clip.name}</span>
  </button>`;
}

/** @param {number} endUs */
function soundRow(endUs) {
  const shown = sounds.value.filter(isUsable);
  if (!shown.length || !endUs) return nothing;
  let startUs = 0;
  const bars = shown.flatMap((clip) => {
    const length = Math.min(lengthUs(clip), endUs - startUs);
    if (length <= 0) return [];
    startUs += length;
    return [html`<span class="bar" .style=${`inline-size: ${(100 * length) / endUs}%`} title=${clip.name}>${clip.name}</span>`];
  });
  return html`<div class="strip-row sounds">${bars}</div>`;
}
