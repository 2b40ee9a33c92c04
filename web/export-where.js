import { html, nothing } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { choose } from './export-choice.js';
import { canKeepFolder, chooseFolder, folder } from './export-folder.js';
import { canPick } from './saving.js';
import { t } from './strings.js';

/**
 * Where the film goes.
 *
 * @import { Choice, Where } from './presets.js'
 */

/** @param {Choice} now */
export function whereField(now) {
  const option = (/** @type {Where} */ value, /** @type {string} */ label, /** @type {unknown} */ note, possible = true) =>
    html`<label class="radio">
      <input
        type="radio"
        name="where"
        value=${value}
        .checked=${live(now.where === value)}
        ?disabled=${!possible}
        @change=${() => chosen(value)}
      />
      <span>${label}<small>${note}</small></span>
    </label>`;
  return html`<fieldset class="field wide">
    <legend>${t.setup.where}</legend>
    <div class="radios">
      ${option('picker', t.setup.picker, canPick ? t.setup.pickerNote : t.setup.browserOnly, canPick)}
      ${canKeepFolder ? option('folder', folder.value ? t.setup.folderNamed(folder.value.name) : t.setup.folder, folderNote(now)) : nothing}
      ${option('browser', t.setup.browser, t.setup.browserNote)}
    </div>
  </fieldset>`;
}

/** @param {Where} where */
function chosen(where) {
  choose({ where });
  if (where === 'folder' && !folder.value) void chooseFolder();
}

/** @param {Choice} now */
function folderNote({ where }) {
  return html`${t.setup.folderNote}
  ${where === 'folder' ? html`<button type="button" class="link" @click=${chooseFolder}>${t.setup.changeFolder}</button>` : nothing}`;
}
