import { html, nothing } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { client, engine } from '../engine.js';
import { openExport } from '../export-open.js';
import { jobs, runningJob } from '../export-list.js';
import { fps } from '../format.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import { listShown } from './clip-list-state.js';
import { openHelp } from './dialogs.js';
import { drawer, inspectorOpen } from './drawer-state.js';
import { saving } from './saving-state.js';
import { withKey } from './key-hint.js';
import { fit, zoom, zoomBy, zoomTo } from './scale.js';
import { doc, history, readOnly, redo, run, sealStep, selection, snapping, undo } from './store.js';
import { timecode } from './timecode.js';

/** The bars: the project and the way out on top, the tools over the timeline, what the film is below. */

/** What edits comes with the rest of the page, which is there before anybody can press a button. @param {(actions: typeof import('./actions.js')) => unknown} act */
const edit = (act) => () => void import('./actions.js').then(act);

/** @param {string} name of the film */
function rename(name) {
  run(t.steps.rename, (now) => (now.name === name ? now : { ...now, name }), { merge: 'rename' });
}

export function topBar() {
  const [last] = history.value.past.slice(-1);
  const [next] = history.value.future;
  const job = runningJob.value;
  return html`<label class="visually-hidden" for="film-title">${t.filmTitle}</label>
    <input
      id="film-title"
      type="text"
      maxlength="120"
      autocomplete="off"
      placeholder=${t.untitled}
      ?disabled=${readOnly.value}
      .value=${live(doc.value.name)}
      @input=${(/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget }) => rename(currentTarget.value)}
      @change=${sealStep}
    />
    <span class="saved" data-saving=${saving.value.state}>
      ${saving.value.state === 'failed' ? html`${icon('triangle-alert')}${t.saving.failed}<button type="button" class="small" @click=${() => saving.value.retry?.()}>${t.saving.retry}</button>` : nothing}
      ${saving.value.state === 'saved' ? html`${icon('check')}<span>${t.saving.saved(saving.value.at)}</span>` : nothing}
      ${saving.value.state === 'saving' ? html`<span>${t.saving.saving}</span>` : nothing}
    </span>
    <span class="undo">
      ${tool('undo-2', last ? t.undoNamed(last.name) : t.undo, 'undo', undo, !last || readOnly.value)}
      ${tool('redo-2', next ? t.redoNamed(next.name) : t.redo, 'redo', redo, !next || readOnly.value)}
    </span>
    <span class="spring"></span>
    <span class="engine" data-engine=${engine.value}>
      <span class="dot" aria-hidden="true"></span>
      <span role="status">${t.engine[engine.value === 'ready' || engine.value === 'failed' ? engine.value : 'starting']}</span>
      ${engine.value === 'failed' ? html`<button type="button" class="small" @click=${() => client.restart().catch(() => {})}>${t.engine.retry}</button>` : nothing}
    </span>
    ${
      jobs.value.length
        ? html`<button
            type="button"
            class="exports"
            aria-expanded=${drawer.value ? 'true' : 'false'}
            title=${withKey(t.exports.heading, 'exports')}
            @click=${() => (drawer.value = !drawer.value)}
          >
            ${icon('download')}${t.exports.button(jobs.value.length)}${job ? html`<span data-percent>${t.progress.percent(Math.floor(job.percent))}</span>` : nothing}
          </button>`
        : nothing
    }
    <button
      type="button"
      class="icon-button drawer-button"
      title=${t.parts.inspector}
      aria-label=${t.parts.inspector}
      aria-expanded=${inspectorOpen.value ? 'true' : 'false'}
      @click=${() => (inspectorOpen.value = !inspectorOpen.value)}
    >
      ${icon('panel-right')}
    </button>
    <button type="button" class="icon-button" title=${withKey(t.keysHeading, 'help')} aria-label=${t.keysHeading} @click=${openHelp}>
      ${icon('keyboard')}
    </button>
    <button type="button" class="primary" id="open-export" title=${withKey(t.exportIt, 'export')} @click=${openExport}>
      ${t.exportIt}
    </button>`;
}

/** @param {import('../icons.js').IconName} look @param {string} name @param {import('./key-profiles.js').Action} action @param {() => unknown} act @param {boolean} [off] */
function tool(look, name, action, act, off = false) {
  return html`<button
    type="button"
    class="icon-button"
    title=${withKey(name, action)}
    aria-label=${name}
    ?disabled=${off}
    @click=${() => void act()}
  >
    ${icon(look)}
  </button>`;
}

export function toolBar() {
  const { range } = doc.value;
  const off = readOnly.value;
  const rate = { num: doc.value.timebase.fps[0], den: doc.value.timebase.fps[1] };
  return html`<div class="tools" role="toolbar" aria-label=${t.tools.label}>
    ${named(
      'scissors',
      t.tools.split,
      'split',
      edit(({ split }) => split()),
      off,
    )}
    ${named(
      'trash-2',
      t.tools.ripple,
      'rippleRemove',
      edit(({ remove }) => remove(true)),
      off,
    )}
    ${named(
      'type',
      t.tools.title,
      'title',
      edit(({ title }) => title()),
      off,
    )}
    ${named(
      'flag',
      t.tools.marker,
      'marker',
      edit(({ marker }) => marker()),
      off,
    )}
    ${named(
      'snowflake',
      t.tools.freeze,
      'freeze',
      edit(({ freeze }) => freeze()),
      off,
    )}
    ${named(
      'copy',
      t.tools.duplicate,
      'duplicate',
      edit(({ duplicate }) => duplicate()),
      off || !selection.value.size,
    )}
    <button
      type="button"
      class="tool"
      aria-pressed=${snapping.value ? 'true' : 'false'}
      title=${withKey(t.tools.snap, 'snap')}
      @click=${edit(({ toggleSnap }) => toggleSnap())}
    >
      ${icon('magnet')}<span>${t.tools.snap}</span>
    </button>
    ${
      range
        ? html`<span class="range">
            <span>${t.tools.range(timecode(rate, range.startUs), timecode(rate, range.startUs + range.durationUs))}</span>
            ${tool(
              'x',
              t.tools.clearRange,
              'clearRange',
              edit(({ clearRange }) => clearRange()),
              off,
            )}
          </span>`
        : nothing
    }
    <span class="spring"></span>
    <button
      type="button"
      class="tool"
      aria-pressed=${listShown.value ? 'true' : 'false'}
      title=${withKey(t.tools.list, 'list')}
      @click=${() => (listShown.value = !listShown.value)}
    >
      ${icon('list')}<span>${t.tools.list}</span>
    </button>
    ${named('move-horizontal', t.tools.fit, 'fit', fit, false)} ${tool('zoom-out', t.tools.zoomOut, 'zoomOut', () => zoomBy(1 / 1.5))}
    <input
      type="range"
      class="zoom"
      aria-label=${t.tools.zoom}
      aria-valuetext=${t.tools.zoomValue(Math.round(zoom.value))}
      min="-4"
      max="8.3"
      step="0.1"
      .value=${live(String(Math.log(zoom.value)))}
      @input=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => zoomTo(Math.exp(currentTarget.valueAsNumber))}
    />
    ${tool('zoom-in', t.tools.zoomIn, 'zoomIn', () => zoomBy(1.5))}
  </div>`;
}

/** @param {import('../icons.js').IconName} look @param {string} name @param {import('./key-profiles.js').Action} action @param {() => unknown} act @param {boolean} off */
function named(look, name, action, act, off) {
  return html`<button type="button" class="tool" title=${withKey(name, action)} ?disabled=${off} @click=${() => void act()}>
    ${icon(look)}<span>${name}</span>
  </button>`;
}

export function statusBar() {
  const { width, height, timebase } = doc.value;
  return html`<span class="keys">${t.statusKeys}</span><span class="spring"></span
    ><span>${t.clips(doc.value.tracks.reduce((n, { items }) => n + items.length, 0))}</span
    ><span>${width}×${height} · ${t.fps(fps(timebase.fps[0] / timebase.fps[1]))}</span>`;
}
