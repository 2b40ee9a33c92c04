import { signal } from '@preact/signals-core';
import { html } from 'lit/html.js';
import { icon } from '../icons.js';
import { install, offer } from '../install.js';
import { LANGUAGE_NAMES, language, setLanguage, t } from '../strings.js';
import * as projects from './project-actions.js';
import { projectId } from './project-id.js';
import { listProjects, listStates } from './project-files.js';
import { doc, readOnly } from './store.js';
import { toast } from './toasts.js';

/** The menu of the project: what is done to it as a whole. */

/** @type {import('@preact/signals-core').Signal<readonly import('./project-files.js').Entry[]>} */
const others = signal([]);
/** @type {import('@preact/signals-core').Signal<readonly {savedAt: number}[]>} */
const states = signal([]);

const menu = () => /** @type {HTMLElement} */ (document.getElementById('project-menu'));

/** @param {ToggleEvent} event */
async function toggled({ newState }) {
  document.getElementById('project-menu-button')?.setAttribute('aria-expanded', String(newState === 'open'));
  if (newState !== 'open') return;
  menu().querySelector('button')?.focus();
  others.value = (await listProjects()).filter(({ id }) => id !== projectId.value).slice(0, 8);
  states.value = (await listStates(projectId.value)).slice(0, 20);
}

/** @param {() => unknown} act */
const chosen = (act) => () => {
  menu().hidePopover();
  void act();
};

/** @param {KeyboardEvent} event */
function keys(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const items = [...menu().querySelectorAll('button:not(:disabled)')];
  const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  /** @type {HTMLElement} */ (items[(at + by + items.length) % items.length])?.focus();
}

export function projectMenu() {
  const item = (/** @type {string} */ name, /** @type {() => unknown} */ act, off = false) =>
    html`<button type="button" role="menuitem" tabindex="-1" ?disabled=${off} @click=${chosen(act)}>${name}</button>`;
  const time = new Intl.DateTimeFormat(language.value, { dateStyle: 'short', timeStyle: 'medium' });
  return html`<button
      type="button"
      class="icon-button"
      id="project-menu-button"
      popovertarget="project-menu"
      aria-haspopup="menu"
      aria-expanded="false"
      title=${t.project.menu}
      aria-label=${t.project.menu}
    >
      ${icon('menu')}
    </button>
    <div id="project-menu" popover role="menu" aria-label=${t.project.menu} @toggle=${toggled} @keydown=${keys}>
      ${item(t.project.new, projects.newProject)} ${item(t.project.open, openFile)} ${item(t.project.saveCopy, projects.saveCopy)}
      ${item(t.project.duplicate, projects.duplicateProject)} ${item(t.project.sample, projects.openSample)}
      ${item(t.project.delete, confirmDelete, readOnly.value)} ${offer.value ? item(t.project.install, install) : ''}
      <hr />
      ${others.value.length ? html`<p id="menu-projects">${t.project.others}</p>` : ''}
      ${others.value.map(({ id, name }) => item(name || t.untitled, () => projects.openProject(id)))}
      ${states.value.length ? html`<p>${t.project.states}</p>` : ''}
      <div class="states">
        ${states.value.map(({ savedAt }) => item(time.format(savedAt), () => projects.openState(savedAt), readOnly.value))}
      </div>
      <hr />
      ${Object.entries(LANGUAGE_NAMES).map(
        ([code, name]) =>
          html`<button
            type="button"
            role="menuitemradio"
            tabindex="-1"
            lang=${code}
            aria-checked=${language.value === code ? 'true' : 'false'}
            @click=${chosen(() => setLanguage(/** @type {import('../strings.js').Language} */ (code)))}
          >
            ${name}${language.value === code ? icon('check') : ''}
          </button>`,
      )}
    </div>`;
}

function openFile() {
  const input = Object.assign(document.createElement('input'), { type: 'file', accept: '.otio' });
  input.addEventListener('change', async () => {
    const [file] = input.files ?? [];
    const { takeFiles } = await import('./intake.js');
    if (file) await takeFiles([{ file }]);
  });
  input.click();
}

function confirmDelete() {
  toast(t.project.deleteAsk(doc.value.name || t.untitled), {
    choices: [{ label: t.project.delete, act: () => void projects.deleteProject() }],
  });
}
