import { signal } from '@preact/signals-core';
import { html, nothing } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { announce } from '../announce.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import { lastStep } from './store.js';

/**
 * Short words about what has just happened, with what can be done about it.
 *
 * @typedef {{label: string, act: () => void}} Choice
 * @typedef {{id: number, text: string, choices: readonly Choice[], bad: boolean, step: unknown}} Toast `step`: what it is about is the
 *   last thing that was done, and it goes when that is no longer so
 */

const SHOWN_MS = 8000;
const SHOWN_AT_ONCE = 3;

/** @type {import('@preact/signals-core').Signal<readonly Toast[]>} */
const toasts = signal([]);
let lastId = 0;

/** @param {string} text @param {{choices?: readonly Choice[], bad?: boolean, stays?: boolean, step?: unknown}} [how] */
export function toast(text, { choices = [], bad = false, stays = false, step } = {}) {
  const id = (lastId += 1);
  toasts.value = [...toasts.value.filter((each) => each.text !== text), { id, text, choices, bad, step }].slice(-SHOWN_AT_ONCE);
  announce(text, bad ? 'page-alert' : 'page-status');
  if (!stays) setTimeout(() => dismiss(id), SHOWN_MS);
}

/** @param {number} id */
const dismiss = (id) => (toasts.value = toasts.value.filter((each) => each.id !== id));

export function toastList() {
  return html`${repeat(
    toasts.value.filter(({ step }) => !step || step === lastStep.value),
    ({ id }) => id,
    ({ id, text, choices, bad }) =>
      html`<div class="toast" data-bad=${bad || nothing}>
        <span>${text}</span>
        ${choices.map(
          ({ label, act }) =>
            html`<button
              type="button"
              class="small"
              @click=${() => {
                dismiss(id);
                act();
              }}
            >
              ${label}
            </button>`,
        )}
        <button type="button" class="icon-button" aria-label=${t.close} title=${t.close} @click=${() => dismiss(id)}>${icon('x')}</button>
      </div>`,
  )}`;
}
