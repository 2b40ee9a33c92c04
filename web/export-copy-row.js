import { signal } from '@preact/signals-core';
import { html, nothing } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { codecName } from './codec-names.js';
import { choosePreset, copyFor } from './export-choice.js';
import { bytes } from './format.js';
import { t } from './strings.js';

/**
 * Among the presets: the film as it is in its file; where that cannot be, why.
 *
 * @import { Obstacle } from './copyable.js'
 * @import { Choice } from './presets.js'
 */

/** More have no room in the row. */
const SHOWN = 2;
/** The reasons are shown whole. */
const explained = signal(false);

/** @param {Choice} now */
export function copyRow(now) {
  const { obstacles, format, bytes: size } = copyFor(now);
  const about = format
    ? [t.containerNames[format.container], codecName(format.codec), ...(format.audioCodec ? [codecName(format.audioCodec)] : [])].join(
        ' · ',
      )
    : t.copy.impossible(inShort(obstacles));
  return html`<div class="preset" data-preset="copy">
      <input
        type="radio"
        name="preset"
        id="preset-copy"
        value="copy"
        aria-describedby="copy-about"
        .checked=${live(now.preset === 'copy')}
        ?disabled=${!format}
        @change=${() => choosePreset('copy')}
      />
      <label class="preset-name" for="preset-copy">${t.presets.copy}</label>
      <span class="preset-about" id="copy-about">${about}</span>
      <span class="preset-numbers">${format ? html`<span title=${t.copy.size}>≈ ${bytes(size)}</span>` : why()}</span>
    </div>
    ${
      explained.value && !format
        ? html`<ul class="copy-why" id="copy-why">
            ${obstacles.map(({ why, n, name }) => html`<li>${t.copy.reasons[why](n, name)}</li>`)}
          </ul>`
        : nothing
    }`;
}

/** The first of them. @param {readonly Obstacle[]} obstacles */
const inShort = (obstacles) =>
  obstacles
    .slice(0, SHOWN)
    .map(({ why, n }) => t.copy.short[why](n))
    .join(', ') + (obstacles.length > SHOWN ? ' …' : '');

function why() {
  return html`<button
    type="button"
    class="link"
    aria-expanded=${explained.value ? 'true' : 'false'}
    aria-controls="copy-why"
    @click=${() => (explained.value = !explained.value)}
  >
    ${t.copy.why}
  </button>`;
}
