import { html, nothing } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { choose } from './export-choice.js';
import { LIMITS, canBeTransparent, isSoundOnly } from './presets.js';
import { t } from './strings.js';

/**
 * What few want to decide, behind one click.
 *
 * @import { Choice } from './presets.js'
 */

/** @param {Choice} now */
export function moreFields(now) {
  return html`<details>
    <summary>${t.setup.more}</summary>
    <div class="fields">
      ${isSoundOnly(now.container) ? nothing : pictureFields(now)} ${tag(t.setup.artist, 'artist', now)}
      ${tag(t.setup.comment, 'comment', now)}
    </div>
  </details>`;
}

/** @param {Choice} now */
function pictureFields(now) {
  const transparent = canBeTransparent(now);
  return html`<div class="field">
      <label for="export-key-frames">${t.setup.keyFrames}</label>
      <span class="with-unit"
        ><input
          type="number"
          id="export-key-frames"
          min=${LIMITS.keyFrameS.min}
          max=${LIMITS.keyFrameS.max}
          step="0.5"
          .value=${live(String(now.keyFrameS))}
          @change=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => choose({ keyFrameS: currentTarget.valueAsNumber })}
        /><span>${t.inspector.seconds}</span></span
      >
    </div>
    <div class="field checks-field">
      ${check(t.setup.constant, now.constant, true, (constant) => choose({ constant }))}
      ${check(t.setup.alpha, now.alpha && transparent, transparent, (alpha) => choose({ alpha }))}
      ${transparent ? nothing : html`<span class="hint">${t.setup.alphaWhere}</span>`}
    </div>`;
}

/** @param {string} label @param {boolean} on @param {boolean} possible @param {(on: boolean) => void} set */
function check(label, on, possible, set) {
  return html`<label class="check"
    ><input
      type="checkbox"
      .checked=${live(on)}
      ?disabled=${!possible}
      @change=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => set(currentTarget.checked)}
    /><span>${label}</span></label
  >`;
}

/** @param {string} label @param {'artist' | 'comment'} name @param {Choice} now */
function tag(label, name, now) {
  return html`<div class="field">
    <label for="export-${name}">${label}</label>
    <input
      type="text"
      id="export-${name}"
      maxlength="1000"
      autocomplete="off"
      .value=${live(now[name])}
      @input=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => choose({ [name]: currentTarget.value })}
    />
  </div>`;
}
