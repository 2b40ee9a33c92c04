import { html, nothing } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { checks, obstacle } from './export-checks.js';
import {
  choice,
  choiceOf,
  choose,
  choosePreset,
  filmHasSound,
  filmPicture,
  planOf,
  settingsFor,
  spanOf,
  support,
} from './export-choice.js';
import { closeDialog, start } from './export-face.js';
import { moreFields } from './export-more.js';
import { whereField } from './export-where.js';
import { isBusy } from './export-list.js';
import { measured, trialKey } from './export-trial.js';
import { codecName } from './codec-names.js';
import { doc, selectedClips } from './editor/store.js';
import { bytes, fps as fpsText, span } from './format.js';
import { icon } from './icons.js';
import {
  AUDIO_CODECS,
  CONTAINER_NAMES,
  HEIGHTS,
  LIMITS,
  VIDEO_CODECS,
  estimatedBytes,
  isSoundOnly,
  rateNamed,
  recommendedMegabits,
} from './presets.js';
import { sizeAt, sizeOf, sourceSize } from './presets.js';
import { STANDARD_RATES, frameCount } from './rate.js';
import { inWords, t } from './strings.js';
import { formatTime } from './timecode.js';

/**
 * The dialog before the export: which kind of film, how much of it, and where it goes.
 *
 * @import { CodecSupport } from './export-worker-client.js'
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
      ${PRESETS.map((preset) => presetRow(now, preset))} ${customRow(now)}
    </fieldset>
    ${
      now.preset === 'custom'
        ? html`<div class="fields">
            ${formatField(now)}
            ${isSoundOnly(now.container) ? nothing : html`${codecField(now)} ${sizeField(now)} ${rateField(now)} ${bitrateField(now)}`}
            ${soundField(now)}
          </div>`
        : nothing
    }
    <hr />
    <div class="fields">${whatField(now)} ${captionsField(now)}</div>
    ${nameField(now)} ${whereField(now)} ${moreFields(now)} ${checksView()} ${footer(now)}
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

/** @param {Choice} now @param {Exclude<Preset, 'custom'>} preset */
function presetRow(now, preset) {
  const made = choiceOf(preset);
  const settings = settingsFor(made);
  const about = isSoundOnly(made.container)
    ? `${t.containerNames[made.container]} · ${codecName(made.audioCodec)}`
    : `${t.containerNames[made.container]} · ${codecName(made.codec)} · ${Math.min(settings.width, settings.height)}p`;
  return presetOption(preset, now, about, numbers(made), preset === 'audio' && !filmHasSound.value);
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

/** @param {string} label @param {string} id @param {unknown} control @param {unknown} [more] */
function field(label, id, control, more = nothing) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <div class="control">${control}${more}</div>
  </div>`;
}

/**
 * @template {string} Value
 * @param {string} id @param {Value} value @param {{value: Value, label: string, disabled?: boolean}[]} options
 * @param {(value: Value) => void} pick
 */
function select(id, value, options, pick) {
  return html`<select
    id=${id}
    .value=${live(value)}
    @change=${(/** @type {{currentTarget: HTMLSelectElement}} */ event) => pick(/** @type {Value} */ (event.currentTarget.value))}
  >
    ${options.map(
      (option) =>
        html`<option value=${option.value} ?disabled=${option.disabled} ?selected=${option.value === value}>${option.label}</option>`,
    )}
  </select>`;
}

/** @param {Choice} now */
function formatField(now) {
  const options = CONTAINER_NAMES.map((value) => ({ value, label: t.containers[value] }));
  return field(
    t.setup.format,
    'export-format',
    select('export-format', now.container, options, (container) => choose({ container })),
  );
}

/** @param {Choice} now */
function codecField(now) {
  const options = codecOptions(VIDEO_CODECS, support.value?.video, now.container);
  const busy = support.value ? nothing : html`<span class="hint">${t.setup.checking}</span>`;
  return field(
    t.setup.codec,
    'export-codec',
    select('export-codec', now.codec, options, (codec) => choose({ codec })),
    busy,
  );
}

/** @template {string} Codec @param {Codec[]} codecs @param {CodecSupport[] | undefined} rows @param {string} container */
function codecOptions(codecs, rows, container) {
  return codecs.map((value) => {
    const row = rows?.find((each) => each.codec === value);
    const fits = row ? row.containers.includes(container) : true;
    const reason =
      !rows || (row?.supported && fits)
        ? ''
        : fits
          ? row?.reason
            ? inWords(row.reason).replace(/\.$/, '')
            : t.setup.unsupported
          : t.setup.notIn(t.containerNames[container]);
    return { value, label: reason ? `${codecName(value)} – ${reason}` : codecName(value), disabled: reason !== '' };
  });
}

/** @param {Choice} now */
function sizeField(now) {
  const picture = filmPicture.value;
  const text = (/** @type {{width: number, height: number}} */ { width, height }) => `${width}×${height}`;
  const options = [
    { value: 'source', label: t.setup.sizeSource(text(sourceSize(picture))) },
    ...HEIGHTS.map((lines) => ({ value: String(lines), label: t.setup.sizeLines(lines, text(sizeAt(lines, picture))) })),
    { value: 'custom', label: t.setup.sizeCustom },
  ];
  const pick = (/** @type {string} */ size) => choose({ size, ...(size === 'custom' ? sizeOf(now, picture) : {}) });
  const pixels = (/** @type {'width' | 'height'} */ side) =>
    html`<input
      type="number"
      id=${`export-${side}`}
      aria-label=${t.setup[side]}
      min=${LIMITS.px.min}
      max=${LIMITS.px.max}
      step="2"
      .value=${live(String(now[side]))}
      @change=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => choose({ [side]: event.currentTarget.valueAsNumber })}
    />`;
  const custom = html`<span class="pixels">${pixels('width')}<span aria-hidden="true">×</span>${pixels('height')}</span>`;
  return field(t.setup.size, 'export-size', select('export-size', now.size, options, pick), now.size === 'custom' ? custom : nothing);
}

/** @param {Choice} now */
function rateField(now) {
  const { num, den } = rateNamed('source', filmPicture.value);
  const options = [
    { value: 'source', label: t.setup.rateSource(fpsText(num / den)) },
    ...Object.keys(STANDARD_RATES)
      .sort((a, b) => Number(a) - Number(b))
      .map((value) => ({ value, label: value })),
  ];
  return field(
    t.setup.rate,
    'export-rate',
    select('export-rate', now.rate, options, (rate) => choose({ rate })),
  );
}

/** @param {Choice} now */
function bitrateField(now) {
  const recommended = recommendedMegabits(sizeOf(now, filmPicture.value), rateNamed(now.rate, filmPicture.value), now.codec);
  const shown = Number((now.megabits ?? recommended).toFixed(1));
  const changed = (/** @type {{currentTarget: HTMLInputElement}} */ { currentTarget: { value, valueAsNumber } }) =>
    choose({ megabits: value === '' ? undefined : valueAsNumber });
  const input = html`<span class="with-unit"
    ><input
      type="number"
      id="export-bitrate"
      min=${LIMITS.megabits.min}
      max=${LIMITS.megabits.max}
      step="0.1"
      .value=${live(String(shown))}
      @change=${changed}
    /><span>${t.setup.megabits}</span></span
  >`;
  const own = now.megabits !== undefined;
  const reset = html`<button type="button" class="link" @click=${() => choose({ megabits: undefined })}>
    ${t.setup.useRecommended(recommended.toFixed(1))}
  </button>`;
  return field(t.setup.bitrate, 'export-bitrate', input, own ? reset : html`<span class="hint">${t.setup.recommended}</span>`);
}

/** @param {Choice} now */
function soundField(now) {
  const possible = filmHasSound.value;
  const on = now.sound && possible;
  const options = codecOptions(AUDIO_CODECS, support.value?.audio, now.container);
  return html`<div class="field">
    <span class="label" id="export-sound-label">${t.setup.sound}</span>
    <div class="control row">
      <input
        type="checkbox"
        id="export-sound"
        aria-label=${t.setup.sound}
        .checked=${live(on)}
        ?disabled=${!possible}
        @change=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => choose({ sound: event.currentTarget.checked })}
      />
      ${
        on
          ? html`<label class="visually-hidden" for="export-sound-codec">${t.setup.soundCodec}</label> ${select(
                'export-sound-codec',
                now.audioCodec,
                options,
                (audioCodec) => choose({ audioCodec }),
              )}`
          : html`<span class="hint">${possible ? nothing : t.setup.noSound}</span>`
      }
    </div>
  </div>`;
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
