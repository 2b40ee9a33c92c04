import { effect } from '@preact/signals-core';
import { html, render } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { t } from '../strings.js';
import { singleKeys } from './keys.js';
import { PROFILE_NAMES, keys, keysShown, layout, profile, setProfile } from './key-profiles.js';

/** The key map. */

/** @import { Action, Profile } from './key-profiles.js' */

export function openHelp() {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('dialog'));
  dialog.className = 'help';
  dialog.setAttribute('aria-labelledby', 'help-heading');
  dialog.addEventListener(
    'close',
    effect(() => void render(help(dialog), dialog)),
    { once: true },
  );
  dialog.showModal();
}

/** @param {HTMLDialogElement} dialog */
function help(dialog) {
  const actions = /** @type {Action[]} */ (Object.keys(keys.value));
  return html`<div class="message">
    <h2 id="help-heading">${t.keysHeading}</h2>
    <p class="key-choices">
      <label
        >${t.help.profile}
        <select
          .value=${live(profile.value)}
          @change=${(/** @type {Event & {currentTarget: HTMLSelectElement}} */ { currentTarget }) => setProfile(/** @type {Profile} */ (currentTarget.value))}
        >
          ${PROFILE_NAMES.map((name) => html`<option value=${name} ?selected=${name === profile.value}>${t.help.profiles[name]}</option>`)}
        </select></label
      >
      <label class="check"
        ><input
          type="checkbox"
          .checked=${live(singleKeys.value)}
          @change=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => {
            singleKeys.value = currentTarget.checked;
            localStorage.setItem('gran-single-keys', currentTarget.checked ? 'on' : 'off');
          }}
        /><span>${t.help.singleKeys}</span></label
      >
    </p>
    <dl class="key-map">
      ${actions.map(
        (action) =>
          html`<div>
            <dt><kbd>${keysShown(action)}</kbd></dt>
            <dd>${t.keys[action]}</dd>
          </div>`,
      )}
    </dl>
    <h3>${t.help.clips}</h3>
    <dl class="key-map">
      ${t.help.onClips.map(
        ([keys, what]) =>
          html`<div>
            <dt><kbd>${keys}</kbd></dt>
            <dd>${what}</dd>
          </div>`,
      )}
    </dl>
    <p class="muted">${t.help.clicked}</p>
    <div class="footer">
      <span class="summary">${layout.value ? '' : t.help.note}</span
      ><button type="button" class="primary" autofocus @click=${() => dialog.close()}>${t.close}</button>
    </div>
  </div>`;
}
