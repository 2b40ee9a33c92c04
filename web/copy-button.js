import { html } from 'lit/html.js';
import { t } from './strings.js';

/** A button that copies the text shown right before it. @param {string} text */
export function copyButton(text) {
  return html`<button
    type="button"
    class="small"
    .textContent=${t.failed.copy}
    @click=${(/** @type {MouseEvent} */ event) => copyText(event, text)}
  ></button>`;
}

/** @param {MouseEvent} event @param {string} text */
async function copyText({ currentTarget }, text) {
  const button = /** @type {HTMLButtonElement} */ (currentTarget);
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = t.failed.copied;
  } catch {
    getSelection()?.selectAllChildren(/** @type {Element} */ (button.previousElementSibling)); // the person copies it by hand
  }
}
