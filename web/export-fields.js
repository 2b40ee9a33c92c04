import { html, nothing } from 'lit/html.js';
import { live } from 'lit/directives/live.js';

/** The fields of the export dialog, as all of them look. */

/** @param {string} label @param {string} id @param {unknown} control @param {unknown} [more] */
export function field(label, id, control, more = nothing) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <div class="control">${control}${more}</div>
  </div>`;
}

/**
 * @template {string} Value
 * @param {string} id @param {Value} value @param {{value: Value, label: string, disabled?: boolean}[]} options
 * @param {(value: Value) => void} pick
 */
export function select(id, value, options, pick) {
  return html`<select
    id=${id}
    .value=${live(value)}
    @change=${(/** @type {{currentTarget: HTMLSelectElement}} */ event) => pick(/** @type {Value} */ (event.currentTarget.value))}
  >
    ${options.map(
      (option) =>
        html`<option value=${option.value} ?disabled=${option.disabled} ?selected=${option.value === value}>${option.label}</option>`,
    )}
  </select>`;
}
