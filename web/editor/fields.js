import { html, nothing } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { sealStep } from './store.js';

/** The inspector's fields. A way of a slider, or of a number that is typed, is one step of the history. */

let lastId = 0;
/** @type {Map<string, string>} */
const ids = new Map();

/** @param {string} key @returns {string} */
function idOf(key) {
  if (!ids.has(key)) ids.set(key, `field-${(lastId += 1)}`);
  return /** @type {string} */ (ids.get(key));
}

/**
 * @typedef {object} NumberField
 * @property {string} label
 * @property {string} [short] of the label, where what stands around it says the rest
 * @property {number} value
 * @property {(value: number) => void} set
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [step]
 * @property {string} [unit]
 * @property {boolean} [slider]
 * @property {number} [digits]
 */

/** @param {NumberField} field */
export function number({ label, short, value, set, min, max, step = 1, unit, slider = false, digits = 2 }) {
  const id = idOf(label);
  const shown = String(Number(value.toFixed(digits)));
  const typed = (/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget: input }) => {
    const asked = input.valueAsNumber;
    input.value = shown; // until what was typed has become what is
    if (Number.isFinite(asked)) set(Math.min(max ?? Infinity, Math.max(min ?? -Infinity, asked)));
  };
  return html`<div class="row">
    <label for=${id}>${short ?? label}</label>
    ${
      slider
        ? html`<input
            type="range"
            tabindex="-1"
            aria-label=${label}
            min=${min ?? 0}
            max=${max ?? 1}
            step=${step}
            .value=${live(shown)}
            @input=${typed}
            @change=${sealStep}
          />`
        : nothing
    }
    <span class="with-unit"
      ><input
        type="number"
        id=${id}
        aria-label=${short ? label : nothing}
        min=${min ?? nothing}
        max=${max ?? nothing}
        step=${step}
        .value=${shown}
        @change=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => {
          typed(event);
          sealStep();
        }}
      />${unit ? html`<span>${unit}</span>` : nothing}</span
    >
  </div>`;
}

/** @param {{label: string, value: string, set: (text: string) => void, parses: (text: string) => unknown}} field a time, as text */
export function time({ label, value, set, parses }) {
  const id = idOf(label);
  return html`<div class="row">
    <label for=${id}>${label}</label>
    <input
      type="text"
      class="time"
      id=${id}
      autocomplete="off"
      spellcheck="false"
      .value=${value}
      @change=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget: input }) => {
        const typed = input.value;
        input.value = value; // until what was typed has become what is
        if (parses(typed) !== undefined) set(typed);
        sealStep();
      }}
    />
  </div>`;
}

/** @param {{label: string, value: string, set: (text: string) => void, multiline?: boolean}} field */
export function text({ label, value, set, multiline = false }) {
  const id = idOf(label);
  const typed = (/** @type {Event & {currentTarget: HTMLInputElement | HTMLTextAreaElement}} */ { currentTarget }) =>
    set(currentTarget.value);
  return html`<div class="row" data-wide=${multiline || nothing}>
    <label for=${id}>${label}</label>
    ${
      multiline
        ? html`<textarea id=${id} rows="3" maxlength="10000" .value=${live(value)} @input=${typed} @change=${sealStep}></textarea>`
        : html`<input type="text" id=${id} maxlength="200" autocomplete="off" .value=${live(value)} @input=${typed} @change=${sealStep} />`
    }
  </div>`;
}

/** @template {string} Value @param {{label: string, value: Value, options: readonly {value: Value, label: string}[], set: (value: Value) => void}} field */
export function choice({ label, value, options, set }) {
  const id = idOf(label);
  return html`<div class="row">
    <label for=${id}>${label}</label>
    <select
      id=${id}
      .value=${live(value)}
      @change=${(/** @type {Event & {currentTarget: HTMLSelectElement}} */ { currentTarget }) => set(/** @type {Value} */ (currentTarget.value))}
    >
      ${options.map((option) => html`<option value=${option.value} ?selected=${option.value === value}>${option.label}</option>`)}
    </select>
  </div>`;
}

/** @param {{label: string, value: boolean, set: (on: boolean) => void}} field */
export function check({ label, value, set }) {
  return html`<label class="row check"
    ><input
      type="checkbox"
      .checked=${live(value)}
      @change=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => set(currentTarget.checked)}
    /><span>${label}</span></label
  >`;
}

/** A colour, and how much of it covers. @param {{label: string, value: string, set: (colour: string) => void, alpha?: boolean}} field */
export function colour({ label, value, set, alpha = false }) {
  const id = idOf(label);
  const plain = /^#[0-9a-f]{6}/i.test(value) ? value.slice(0, 7) : '#000000';
  const cover = value === 'transparent' ? 0 : /^#[0-9a-f]{8}$/i.test(value) ? Math.round((parseInt(value.slice(7), 16) / 255) * 100) : 100;
  const both = (/** @type {string} */ hue, /** @type {number} */ percent) =>
    percent >= 100
      ? hue
      : `${hue}${Math.round((percent / 100) * 255)
          .toString(16)
          .padStart(2, '0')}`;
  return html`<div class="row">
    <label for=${id}>${label}</label>
    <input
      type="color"
      id=${id}
      .value=${live(plain)}
      @input=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => set(both(currentTarget.value, alpha && !cover ? 100 : cover))}
      @change=${sealStep}
    />
    ${
      alpha
        ? html`<span class="with-unit"
            ><input
              type="number"
              aria-label=${`${label}, %`}
              min="0"
              max="100"
              .value=${live(String(cover))}
              @change=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => set(both(plain, currentTarget.valueAsNumber || 0))}
            /><span>%</span></span
          >`
        : nothing
    }
  </div>`;
}
