import { html, nothing } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { codecName } from './codec-names.js';
import { choose, filmHasSound, filmPicture, support } from './export-choice.js';
import { field, select } from './export-fields.js';
import { fps as fpsText } from './format.js';
import { AUDIO_CODECS, CONTAINER_NAMES, HEIGHTS, LIMITS, VIDEO_CODECS, isSoundOnly, rateNamed, recommendedMegabits } from './presets.js';
import { sizeAt, sizeOf, sourceSize } from './presets.js';
import { STANDARD_RATES } from './rate.js';
import { inWords, t } from './strings.js';

/**
 * A format of one's own: container, codecs, size, rates.
 *
 * @import { CodecSupport } from './export-worker-client.js'
 * @import { Choice } from './presets.js'
 */

/** @param {Choice} now */
export function formatFields(now) {
  return html`<div class="fields">
    ${formatField(now)}
    ${isSoundOnly(now.container) ? nothing : html`${codecField(now)} ${sizeField(now)} ${rateField(now)} ${bitrateField(now)}`}
    ${soundField(now)}
  </div>`;
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
