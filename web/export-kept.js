import { effect, signal } from '@preact/signals-core';
import { html, nothing } from 'lit/html.js';
import { drawer } from './editor/drawer-state.js';
import { jobs } from './export-list.js';
import { bytes } from './format.js';
import { icon } from './icons.js';
import { saveFile } from './save-file.js';
import { privateFiles, removePrivateFile } from './saving.js';
import { t } from './strings.js';

/** Films of earlier visits that wait for their download, and how full the browser's storage is. */

/** @type {import('@preact/signals-core').Signal<readonly File[]>} */
const kept = signal([]);
/** @type {import('@preact/signals-core').Signal<{usage: number, quota: number} | undefined>} */
const space = signal(undefined);

async function look() {
  const names = new Set(jobs.value.map(({ handle }) => handle.name));
  const found = await privateFiles().catch(() => []); // no private files here: then none are kept
  kept.value = found.filter(({ name }) => !names.has(name));
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  space.value = usage !== undefined && quota ? { usage, quota } : undefined;
}

export function watchKept() {
  effect(() => {
    if (drawer.value) void look();
  });
}

/** @param {readonly File[]} files */
async function remove(files) {
  for (const file of files) await removePrivateFile(file);
  await look();
}

export function keptFilms() {
  const files = kept.value;
  if (!files.length) return nothing;
  return html`<h3>${t.exports.kept}</h3>
    <ul>
      ${files.map(
        (file) =>
          html`<li>
            <span class="job"><span class="name">${file.name}</span><span class="facts">${bytes(file.size)}</span></span>
            <span class="job-actions">
              <button type="button" class="small" @click=${() => saveFile(file, file.name)}>${t.done.download}</button>
              <button
                type="button"
                class="icon-button"
                title=${t.exports.removeKept(file.name)}
                aria-label=${t.exports.removeKept(file.name)}
                @click=${() => remove([file])}
              >
                ${icon('x')}
              </button>
            </span>
          </li>`,
      )}
    </ul>`;
}

export function storageMeter() {
  const now = space.value;
  if (!now) return nothing;
  const text = t.exports.storage(now.usage, now.quota);
  const keptBytes = kept.value.reduce((sum, { size }) => sum + size, 0);
  return html`<div class="storage">
    <meter min="0" max=${now.quota} high=${now.quota * 0.9} .value=${now.usage} aria-label=${text}></meter>
    <span>${text}</span>
    ${keptBytes ? html`<button type="button" class="link" @click=${() => remove(kept.value)}>${t.exports.clear(keptBytes)}</button>` : nothing}
  </div>`;
}
