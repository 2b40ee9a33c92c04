import { html, nothing } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { drawer } from './editor/drawer-state.js';
import { dismiss, stop } from './export-jobs.js';
import { jobs } from './export-list.js';
import { keptFilms, storageMeter } from './export-kept.js';
import { showExport } from './export-open.js';
import { bytes, span } from './format.js';
import { icon } from './icons.js';
import { inWords, t } from './strings.js';

/**
 * The list of exports, beside the film that is being edited.
 *
 * @import { Job } from './export-jobs.js'
 */
export function exportDrawer() {
  if (!drawer.value) return nothing;
  return html`<section class="export-drawer" aria-label=${t.exports.heading}>
    <h2>${t.exports.heading}</h2>
    <button type="button" class="icon-button" title=${t.close} aria-label=${t.exports.close} @click=${() => (drawer.value = false)}>
      ${icon('x')}
    </button>
    ${jobs.value.length ? nothing : html`<p class="muted">${t.exports.none}</p>`}
    <ul>
      ${repeat(
        [...jobs.value].reverse(),
        ({ id }) => id,
        (job) => row(job),
      )}
    </ul>
    ${keptFilms()} ${storageMeter()}
  </section>`;
}

/** @param {Job} job */
function row(job) {
  const { id, state, percent, handle, result, plan } = job;
  const live = state === 'exporting' || state === 'queued';
  return html`<li data-state=${state}>
    <button type="button" class="job" ?disabled=${state === 'queued'} @click=${() => showExport(id)}>
      <span class="name">${handle.name}</span><span class="facts">${about(job)}</span>
    </button>
    ${state === 'exporting' ? html`<progress max="100" .value=${percent} aria-label=${`${t.progress.label}, ${handle.name}`}></progress>` : nothing}
    <span class="job-actions">
      ${result && plan.where === 'browser' ? html`<a class="button small" href=${result.url} download=${result.file.name}>${t.done.download}</a>` : nothing}
      <button
        type="button"
        class="icon-button"
        title=${live ? t.progress.stop : t.exports.remove}
        aria-label=${`${live ? t.progress.stop : t.exports.remove}, ${handle.name}`}
        @click=${() => (live ? void stop(id) : dismiss(id))}
      >
        ${icon('x')}
      </button>
    </span>
  </li>`;
}

/** @param {Job} job */
function about({ state, phase, percent, leftS, result, error }) {
  switch (state) {
    case 'queued':
      return t.exports.queued;
    case 'exporting':
      return [
        phase === 'encoding' ? t.progress.percent(Math.floor(percent)) : t.phases[phase],
        ...(leftS === undefined ? [] : [t.progress.about(leftS)]),
      ].join(' · ');
    case 'done':
      return result ? `${t.exports.done} · ${bytes(result.file.size)} · ${span(result.tookS)}` : t.exports.done;
    case 'cancelled':
      return t.exports.cancelled;
    case 'failed':
      return inWords(error?.message ?? t.failed.heading);
  }
}
