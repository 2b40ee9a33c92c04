import { effect, signal, untracked } from '@preact/signals-core';
import { html, nothing, render } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { announce } from './announce.js';
import { copyButton } from './copy-button.js';
import { clipList, focusClip, soundList } from './clip-list.js';
import { acceptDrops } from './drop-files.js';
import { client, engine, engineProblem, missingFeatures } from './engine.js';
import { mountExportDialog, openExport } from './export-dialog.js';
import { obstacle } from './export-choice.js';
import { addFiles, clips, everything, filmUs, lastRemoved, lookAgain, sounds, title, undoRemove } from './film-store.js';
import { filmStrip } from './film-strip.js';
import * as icons from './icons.js';
import { loadSample } from './sample-files.js';
import { removeOldPrivateFiles } from './saving.js';
import { t } from './strings.js';
import { receiveFiles } from './launch.js';
import { offlineNote } from './offline-note.js';
import { prepareOffline } from './offline.js';
import { formatTime } from './timecode.js';
import { watchExports } from './while-exporting.js';

/** The page: what is in the film, what the engine is doing, and the way to the export. */

const UNDO_MS = 10_000;
const ACCEPT = 'video/*,audio/*,image/*,.mkv,.mov,.m4v,.ts,.mts,.flac,.opus';

const header = /** @type {HTMLElement} */ (document.getElementById('header'));
const main = /** @type {HTMLElement} */ (document.getElementById('main'));
const footer = /** @type {HTMLElement} */ (document.getElementById('footer'));

/** What went wrong with the last thing that was tried here. */
const complaint = signal('');
const loadingSample = signal(false);

/** @param {Iterable<File>} files */
function take(files) {
  const list = [...files];
  complaint.value = '';
  announce(t.said.added(list.length));
  void addFiles(list, (file) => client.probeSource(file));
}

async function takeSample() {
  loadingSample.value = true;
  try {
    take(await loadSample());
    if (!title.value) title.value = t.sampleTitle;
  } catch {
    complaint.value = t.drop.sampleFailed;
  } finally {
    loadingSample.value = false;
  }
}

effect(() => {
  if (engine.value === 'ready') untracked(() => lookAgain((file) => client.probeSource(file)));
});

function undo() {
  const removed = lastRemoved.value?.clip;
  if (!removed) return;
  undoRemove();
  announce(t.said.undone(removed.name));
  focusClip(removed.id);
}

effect(() => {
  render(
    html`<label class="visually-hidden" for="film-title">${t.filmTitle}</label>
      <input
        id="film-title"
        type="text"
        maxlength="120"
        autocomplete="off"
        placeholder=${t.untitled}
        .value=${live(title.value)}
        @input=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => (title.value = event.currentTarget.value)}
      />
      <div class="engine" data-engine=${engine.value}>
        <span class="dot" aria-hidden="true"></span>
        <span role="status">${t.engine[engineWord()]}</span>
        ${engine.value === 'failed' ? html`<button type="button" class="small" @click=${() => client.restart().catch(() => {})}>${t.engine.retry}</button>` : nothing}
      </div>
      <button
        type="button"
        class="primary"
        id="open-export"
        ?disabled=${!clips.value.length}
        title=${obstacle.value || nothing}
        @click=${openExport}
      >
        ${t.setup.open}
      </button>`,
    header,
  );
});

function engineWord() {
  return engine.value === 'ready' || engine.value === 'failed' ? engine.value : 'starting';
}

effect(() => {
  render(html`${problems()} ${everything.value.length ? film() : welcome()}`, main);
});

function problems() {
  const missing = missingFeatures();
  return html`${missing.length ? html`<p class="banner" role="alert">${icons.warning}<span>${t.missing.intro} ${missing.join('; ')}. ${t.missing.advice}</span></p>` : nothing}
  ${engine.value === 'failed' ? engineFailed() : nothing}
  ${complaint.value ? html`<p class="banner" role="alert">${icons.warning}<span>${complaint.value}</span></p>` : nothing}`;
}

function engineFailed() {
  return html`<div class="banner" role="alert">
    ${icons.warning}
    <div>
      <p>${t.engine.advice}</p>
      <details>
        <summary>${t.failed.details}</summary>
        <pre tabindex="0">${engineProblem.value}</pre>
        ${copyButton(engineProblem.value)}
      </details>
    </div>
  </div>`;
}

function welcome() {
  return html`<div class="welcome">
    <h1>${t.drop.heading}</h1>
    <p>${t.drop.hint}</p>
    <p class="choices">
      ${chooser(t.drop.choose, 'button primary')}
      <button type="button" ?disabled=${loadingSample.value} @click=${takeSample}>${t.drop.sample}</button>
    </p>
    <p class="muted">${t.drop.local}</p>
  </div>`;
}

function film() {
  const ready = engine.value === 'ready';
  return html`${filmStrip()}
    <section aria-labelledby="clips-heading">
      <div class="section-head">
        <h1 id="clips-heading">${t.list.clips}</h1>
        ${chooser(t.list.add, 'button small')}
      </div>
      ${clipList(ready)}
    </section>
    ${soundList(ready, filmUs.value)} ${undoOffer()}`;
}

/** @param {string} label @param {string} look */
function chooser(label, look) {
  /** @param {Event & {currentTarget: HTMLInputElement}} event */
  const chosen = ({ currentTarget: input }) => {
    take(input.files ?? []);
    input.value = ''; // the same file can be chosen again
  };
  return html`<label class="chooser ${look}"
    >${icons.plus}<span>${label}</span><input type="file" class="visually-hidden" multiple accept=${ACCEPT} @change=${chosen}
  /></label>`;
}

function undoOffer() {
  const removed = lastRemoved.value?.clip;
  if (!removed) return nothing;
  return html`<div class="toast">
    <span>${t.said.removed(removed.name)}</span><button type="button" class="small" @click=${undo}>${t.undo}</button>
    <button type="button" class="icon-button" aria-label=${t.close} title=${t.close} @click=${() => (lastRemoved.value = undefined)}>
      ${icons.cross}
    </button>
  </div>`;
}

effect(() => {
  if (!lastRemoved.value) return;
  const timer = setTimeout(() => (lastRemoved.value = undefined), UNDO_MS);
  return () => clearTimeout(timer);
});

effect(() => {
  const parts = [
    ...(clips.value.length ? [t.total.film(formatTime(filmUs.value)), t.total.clips(clips.value.length)] : []),
    ...(sounds.value.length ? [t.total.sounds(sounds.value.length)] : []),
  ];
  render(
    html`<p class="total">${parts.map((part) => html`<span>${part}</span>`)}</p>
      ${everything.value.length ? html`<p class="muted">${t.drop.local}</p>` : nothing} ${offlineNote()}`,
    footer,
  );
});

mountExportDialog();
watchExports();
acceptDrops(take, (problem) => (complaint.value = problem));
void removeOldPrivateFiles();
void prepareOffline(client.ready);
receiveFiles(async (handles) => take(await Promise.all(handles.map((handle) => handle.getFile()))));
