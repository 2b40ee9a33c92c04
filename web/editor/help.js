import { html, nothing, render } from 'lit/html.js';
import { t } from '../strings.js';
import { keyMap, singleKeys } from './keys.js';

/** The key map. */

export function openHelp() {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('dialog'));
  dialog.className = 'help';
  dialog.setAttribute('aria-labelledby', 'help-heading');
  render(
    html`<div class="message">
      <h2 id="help-heading">${t.keysHeading}</h2>
      <dl class="key-map">
        ${keyMap().map(({ name, shown }) =>
          name
            ? html`<div>
                <dt><kbd>${shown}</kbd></dt>
                <dd>${t.keys[name]}</dd>
              </div>`
            : nothing,
        )}
      </dl>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${singleKeys.value}
          @change=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => {
            singleKeys.value = currentTarget.checked;
            localStorage.setItem('gran-single-keys', currentTarget.checked ? 'on' : 'off');
          }}
        /><span>${t.help.singleKeys}</span></label
      >
      <div class="footer">
        <span class="summary">${t.help.note}</span
        ><button type="button" class="primary" autofocus @click=${() => dialog.close()}>${t.close}</button>
      </div>
    </div>`,
    dialog,
  );
  dialog.showModal();
}
