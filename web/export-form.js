import { html, nothing } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { codecName } from './codec-names.js';
import { doc, selectedClips } from './editor/store.js';
import { checks, obstacle } from './export-checks.js';
import { copyRow } from './export-copy-row.js';
import { choice, choiceOf, choose, choosePreset, filmHasSound, filmPicture, planOf, settingsFor, spanOf } from './export-choice.js';
import { closeDialog, start } from './export-face.js';
import { field, select } from './export-fields.js';
import { formatFields } from './export-format.js';
import { isBusy } from './export-list.js';
import { moreFields } from './export-more.js';
import { measured, trialKey } from './export-trial.js';
import { whereField } from './export-where.js';
import { bytes, span } from './format.js';
import { icon } from './icons.js';
import { estimatedBytes, isSoundOnly, rateNamed } from './presets.js';
import { frameCount } from './rate.js';
import { t } from './strings.js';
import { formatTime } from './timecode.js';

/**
 * The dialog before the export: which kind of film, how much of it, and where it goes.
 *
 * @import { Choice, Preset } from './presets.js'
 */

/** What can hold a track of captions. */
const CAPTION_CONTAINERS = ['mp4', 'webm', 'mkv'];
const PRESETS = /** @type {const} */ (['sharing', 'best', 'small', 'audio']);

export function exportForm() {
  const now = choice.value;
  if (!now) return nothing;
  return html`<form
    class="setup"
    novalidate
    @submit=${(/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (!obstacle.value) void start(planOf(now));
    }}
  >
    <h2 id="export-heading">${t.setup.heading}</h2>
    <fieldset class="presets">
      <legend class="visually-hidden">${t.setup.preset}</legend>
      ${PRESETS.map((preset) => presetRow(now, preset))} ${copyRow(now)} ${customRow(now)}
    </fieldset>
    ${now.preset === 'custom' ? formatFields(now) : nothing}
    <hr />
    <div class="fields">${whatField(now)} ${captionsField(now)}</div>
    ${nameField(now)} ${whereField(now)} ${moreFields(now)}
    <div class="closing">${checksView()} ${footer(now)}</div>
  </form>`;
}

/** @param {Preset} value @param {Choice} now @param {unknown} about @param {unknown} numbers @param {boolean} [off] */
function presetOption(value, now, about, numbers, off = false) {
  return html`<label class="preset">
    <input
      type="radio"
      name="preset"
      value=${value}
      .checked=${live(now.preset === value)}
      ?disabled=${off}
      @change=${() => choosePreset(value)}
    />
    <span class="preset-name">${t.presets[value]}</span><span class="preset-about">${about}</span
    ><span class="preset-numbers">${numbers}</span>
  </label>`;
}

/** @param {Choice} made @param {import('./export-worker-client.js').Settings} settings */
const formatOf = (made, settings) =>
  isSoundOnly(made.container)
    ? `${t.containerNames[made.container]} · ${codecName(made.audioCodec)}`
    : `${t.containerNames[made.container]} · ${codecName(made.codec)} · ${Math.min(settings.width, settings.height)}p`;

/** @param {Choice} now @param {(typeof PRESETS)[number]} preset */
function presetRow(now, preset) {
  const made = choiceOf(preset);
  const settings = settingsFor(made);
  return presetOption(preset, now, formatOf(made, settings), numbers(made), preset === 'audio' && !filmHasSound.value);
}

/** How large the film would become, and how long it would take. @param {Choice} made */
function numbers(made) {
  const settings = settingsFor(made);
  const found = measured.value.get(trialKey(settings));
  const size = bytes(found?.bytes ?? estimatedBytes(settings, spanOf(made).durationUs));
  return html`<span title=${found ? t.setup.measured : t.setup.guessed} data-measured=${found ? 'true' : 'false'}
    >≈ ${size}${found ? html` · ≈ ${span(Math.max(1, found.seconds))}` : nothing}</span
  >`;
}

/** @param {Choice} now */
function customRow(now) {
  return presetOption('custom', now, now.preset === 'custom' ? t.setup.customNow : '', now.preset === 'custom' ? numbers(now) : '');
}

/** @param {Choice} now */
function whatField(now) {
  const { range } = doc.value;
  const rate = rateNamed('source', filmPicture.value);
  const length = (/** @type {Choice['what']} */ what) => {
    const { durationUs } = spanOf({ ...now, what });
    return `${formatTime(durationUs)}, ${t.frames(frameCount(rate, durationUs))}`;
  };
  const options = [
    { value: /** @type {const} */ ('all'), label: t.setup.everything(length('all')) },
    { value: /** @type {const} */ ('range'), label: range ? t.setup.range(length('range')) : t.setup.noRange, disabled: !range },
    {
      value: /** @type {const} */ ('selection'),
      label: selectedClips.value.length ? t.setup.selection(length('selection')) : t.setup.noSelection,
      disabled: !selectedClips.value.length,
    },
  ];
  return field(
    t.setup.what,
    'export-what',
    select('export-what', now.what, options, (what) => choose({ what })),
  );
}

/** @param {Choice} now */
function captionsField(now) {
  if (!doc.value.captions.length) return nothing;
  const options = /** @type {const} */ (['burn', 'embed', 'srt', 'off']).map((value) => ({
    value,
    label: t.setup.captions[value],
    disabled: value === 'embed' && !CAPTION_CONTAINERS.includes(now.container),
  }));
  return field(
    t.timeline.captions,
    'export-captions',
    select('export-captions', now.captions, options, (captions) => choose({ captions })),
  );
}

function checksView() {
  const open = checks.value.filter(({ state }) => state !== 'ok');
  if (!open.length) return html`<p class="checks ok" role="status">${icon('check')}${t.checks.passed(checks.value.length)}</p>`;
  return html`<ul class="checks" role="status">
    ${open.map(
      ({ state, text, fixes = [] }) =>
        html`<li data-state=${state}>
          ${state === 'bad' ? icon('triangle-alert') : html`<span class="spinner" aria-hidden="true"></span>`}<span>${text}</span>
          ${fixes.map(({ label, act }) => html`<button type="button" class="small" @click=${act}>${label}</button>`)}
        </li>`,
    )}
  </ul>`;
}

/** @param {Choice} now */
function nameField(now) {
  return html`<div class="field wide">
    <label for="export-name">${t.setup.name}</label>
    <span class="with-unit"
      ><input
        type="text"
        id="export-name"
        autocomplete="off"
        maxlength="120"
        .value=${live(now.name)}
        @input=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => choose({ name: event.currentTarget.value })}
      /><span>.${now.container}</span></span
    >
  </div>`;
}

/** @param {Choice} now */
function footer(now) {
  const off = obstacle.value !== '';
  return html`<div class="footer">
    <span class="summary"></span>
    <button type="button" @click=${closeDialog}>${t.setup.cancel}</button>
    ${isBusy.value ? nothing : html`<button type="button" ?disabled=${off} @click=${() => start(planOf(now), { hidden: true })}>${t.setup.inBackground}</button>`}
    <button type="submit" class="primary" data-focus ?disabled=${off}>
      ${isBusy.value ? t.setup.queue : now.where === 'picker' ? t.setup.startAs : t.setup.start}
    </button>
  </div>`;
}
