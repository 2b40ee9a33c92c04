import { html, nothing } from 'lit/html.js';
import { icon } from '../icons.js';
import { codecName } from '../codec-names.js';
import { fps } from '../format.js';
import { STANDARD_RATES } from '../rate.js';
import { t } from '../strings.js';
import { detachSound, linkClips, unlinkClips } from './actions.js';
import { setFields } from './clip-fields.js';
import { clipName } from './clip-name.js';
import { endOf, mediaOf, rateOfDoc, runs, speedOf, startOf } from './document.js';
import * as field from './fields.js';
import { setCaption, setMarker, trimCaption } from './film-commands.js';
import { picture, text as textFields } from './inspector-look.js';
import { hasSound } from './linking.js';
import { move, trim } from './moving.js';
import { goTo } from './player.js';
import { setSpeed } from './retiming.js';
import { captionStyle } from './snapshot.js';
import { doc, focused, primary, readOnly, run, selectedCaption, selectedClips, selectedMarker, selection } from './store.js';
import { parseTimecode, timecode } from './timecode.js';

/**
 * What is chosen, and everything about it that can be changed. With several clips, a change is made to all.
 *
 * @import { Caption, Clip, Marker } from './document.js'
 */

/** @param {string} key @param {unknown} name @param {unknown} body @param {boolean} [open] */
export function section(key, name, body, open = true) {
  return html`<details class="section" ?open=${open} data-section=${key}>
    <summary>${name}</summary>
    <div class="rows">${body}</div>
  </details>`;
}

const rate = () => rateOfDoc(doc.value);
const code = (/** @type {number} */ us) => timecode(rate(), us);
const parse = (/** @type {number} */ fromUs) => (/** @type {string} */ text) => parseTimecode(rate(), text, fromUs);
/** Of a label and what is chosen: such steps follow on one another. @param {string} what */
const mergeKey = (what) => `${what} ${[...selection.value].join(' ')}`;

/** @param {string} what the field's name @param {Partial<Clip>} fields */
export function set(what, fields) {
  const ids = selection.value;
  run(
    t.steps.change(what, selectedClips.value.length === 1 ? clipName(selectedClips.value[0]) : t.clips(ids.size)),
    (now) => setFields(now, ids, fields),
    {
      merge: mergeKey(what),
    },
  );
}

export function inspector() {
  const clip = primary.value;
  const caption = selectedCaption.value;
  const marker = selectedMarker.value;
  return html`<fieldset class="inspector" ?disabled=${readOnly.value}>
    <legend class="visually-hidden">${t.inspector.label}</legend>
    ${clip ? clipFields(clip) : caption ? captionFields(caption) : marker ? markerFields(marker) : filmFields()}
  </fieldset>`;
}

/** @param {Clip} clip */
function clipFields(clip) {
  const several = selectedClips.value.length;
  const sounds = clip.clipType === 'media' && hasSound(doc.value, clip) && !clip.isImage;
  return html`<header class="inspector-head">
      <small>${several > 1 ? t.clips(several) : t.clipTypes[clip.isImage ? 'image' : clip.clipType]}</small>
      <h2 title=${clipName(clip)}>${several > 1 ? t.inspector.several : clipName(clip)}</h2>
      ${mediaFacts(clip)}
    </header>
    ${clip.clipType === 'text' ? section('text', t.inspector.text, textFields(clip)) : nothing}
    ${clip.clipType === 'background' ? section('fill', t.inspector.fill, field.colour({ label: t.inspector.colour, value: clip.backgroundColor ?? '#000000', set: (value) => set(t.inspector.colour, { backgroundColor: value }) })) : nothing}
    ${section('time', t.inspector.time, timeFields(clip))} ${picture(clip)}
    ${sounds ? section('sound', t.inspector.sound, soundFields(clip)) : nothing}`;
}

/** @param {Clip} clip */
function mediaFacts(clip) {
  const info = mediaOf(doc.value, clip)?.info;
  if (!info) return nothing;
  const { video, audio } = info;
  const facts = [
    ...(video ? [`${video.width}×${video.height}`, codecName(video.codec)] : []),
    ...(video?.fps && !clip.isImage ? [t.fps(fps(video.fps))] : []),
    ...(audio ? [codecName(audio.codec)] : []),
  ];
  return html`<p class="muted">${facts.join(' · ')}</p>`;
}

/** @param {Clip} clip */
function timeFields(clip) {
  const one = selectedClips.value.length === 1;
  const [startUs, endUs] = [startOf(clip), endOf(clip)];
  const trimTo = (/** @type {'start' | 'end'} */ edge, /** @type {number} */ us) =>
    run(t.steps.trim(clipName(clip)), (now) => trim(now, clip.id, edge, us));
  const moveTo = (/** @type {number} */ us) =>
    run(t.steps.move(clipName(clip)), (now) => move(now, new Set([clip.id]), { byUs: us - startUs }));
  return html`${
    one
      ? html`${field.time({ label: t.inspector.start, value: code(startUs), parses: parse(startUs), set: (text) => moveTo(parse(startUs)(text) ?? startUs) })}
        ${field.time({ label: t.inspector.length, value: code(endUs - startUs), parses: parse(endUs - startUs), set: (text) => trimTo('end', startUs + (parse(endUs - startUs)(text) ?? 0)) })}
        ${
          runs(clip)
            ? field.time({
                label: t.inspector.sourceStart,
                value: code(clip.sourceRange?.startUs ?? 0),
                parses: parse(clip.sourceRange?.startUs ?? 0),
                set: (text) => slip(clip, parse(clip.sourceRange?.startUs ?? 0)(text) ?? 0),
              })
            : nothing
        }`
      : nothing
  }
  ${
    runs(clip)
      ? html`${field.number({
          label: t.inspector.speed,
          value: speedOf(clip) * 100,
          min: 10,
          max: 1000,
          unit: '%',
          digits: 1,
          set: (percent) =>
            run(t.steps.change(t.inspector.speed, clipName(clip)), (now) => setSpeed(now, selection.value, percent / 100), {
              merge: mergeKey('speed'),
            }),
        })}
        ${field.check({
          label: t.inspector.freeze,
          value: clip.freezeFrameSourceUs !== undefined,
          set: (on) => set(t.inspector.freeze, { freezeFrameSourceUs: on ? (clip.sourceRange?.startUs ?? 0) : undefined }),
        })}`
      : nothing
  }
  ${field.check({ label: t.inspector.disabled, value: clip.disabled === true, set: (on) => set(t.inspector.disabled, { disabled: on || undefined }) })}
  ${
    selectedClips.value.length > 1 && !clip.linkId
      ? html`<button type="button" class="small" @click=${linkClips}>${icon('link')}${t.inspector.link}</button>`
      : clip.linkId
        ? html`<button type="button" class="small" @click=${unlinkClips}>${icon('unlink')}${t.inspector.unlink}</button>`
        : nothing
  }`;
}

/** Another part of the source in the same place. @param {Clip} clip @param {number} us */
function slip(clip, us) {
  const { durationUs = 0 } = clip.sourceRange ?? {};
  const endUs = mediaOf(doc.value, clip)?.info?.durationUs ?? Infinity;
  const startUs = Math.max(0, Math.min(us, endUs - durationUs));
  run(t.steps.slip(clipName(clip)), (now) => setFields(now, new Set([clip.id]), { sourceRange: { startUs, durationUs } }));
}

/** @param {Clip} clip */
function soundFields(clip) {
  const { audioGain = 1, audioBalance = 0, audioFadeInUs = 0, audioFadeOutUs = 0, audioFromVideoDisabled = false } = clip;
  const onVideo = doc.value.tracks.some(({ kind, items }) => kind === 'video' && items.some(({ id }) => id === clip.id));
  const silent = onVideo && audioFromVideoDisabled;
  return html`${onVideo ? field.check({ label: t.inspector.audible, value: !silent, set: (on) => set(t.inspector.audible, { audioFromVideoDisabled: on ? undefined : true }) }) : nothing}
  ${
    silent
      ? nothing
      : html`${field.number({ label: t.inspector.gain, value: toDecibels(audioGain), min: -60, max: 20, step: 0.5, unit: 'dB', digits: 1, slider: true, set: (db) => set(t.inspector.gain, { audioGain: db <= -60 ? 0 : 10 ** (db / 20) }) })}
        ${field.number({ label: t.inspector.balance, value: audioBalance * 100, min: -100, max: 100, step: 1, slider: true, set: (percent) => set(t.inspector.balance, { audioBalance: percent / 100 }) })}
        ${field.number({ label: t.inspector.fadeIn, value: audioFadeInUs / 1e6, min: 0, max: clip.timelineRange.durationUs / 1e6, step: 0.1, unit: t.inspector.seconds, set: (s) => set(t.inspector.fadeIn, { audioFadeInUs: Math.round(s * 1e6) || undefined }) })}
        ${field.number({ label: t.inspector.fadeOut, value: audioFadeOutUs / 1e6, min: 0, max: clip.timelineRange.durationUs / 1e6, step: 0.1, unit: t.inspector.seconds, set: (s) => set(t.inspector.fadeOut, { audioFadeOutUs: Math.round(s * 1e6) || undefined }) })}
        ${onVideo ? html`<button type="button" class="small" @click=${detachSound}>${icon('unlink')}${t.inspector.detach}</button>` : nothing}`
  }`;
}

/** @param {number} gain */
const toDecibels = (gain) => (gain <= 0.001 ? -60 : 20 * Math.log10(gain));

/** @param {Caption} caption */
function captionFields({ id, text, timelineRange: { startUs, durationUs }, style: own }) {
  const style = captionStyle(doc.value);
  const restyle = (/** @type {string} */ what, /** @type {object} */ fields) =>
    run(t.steps.captionStyle, (now) => ({ ...now, captionStyle: { ...style, ...fields } }), { merge: `captions ${what}` });
  const edge = (/** @type {'start' | 'end'} */ which, /** @type {number} */ us) =>
    run(t.steps.trim(t.caption), (now) => trimCaption(now, id, which, us));
  return html`<header class="inspector-head">
      <small>${t.timeline.captions}</small>
      <h2>${t.caption}</h2>
    </header>
    ${section(
      'text',
      t.inspector.text,
      html`${field.text({ label: t.inspector.words, value: text, multiline: true, set: (value) => run(t.steps.change(t.inspector.words, t.caption), (now) => setCaption(now, id, { text: value }), { merge: `words ${id}` }) })}
      ${field.time({ label: t.inspector.start, value: code(startUs), parses: parse(startUs), set: (value) => edge('start', parse(startUs)(value) ?? startUs) })}
      ${field.time({ label: t.inspector.end, value: code(startUs + durationUs), parses: parse(startUs + durationUs), set: (value) => edge('end', parse(startUs + durationUs)(value) ?? 0) })}
      ${own ? html`<button type="button" class="small" @click=${() => run(t.steps.captionStyle, (now) => setCaption(now, id, { style: undefined }))}>${icon('undo-2')}${t.inspector.likeOthers}</button>` : nothing}`,
    )}
    ${section(
      'style',
      t.inspector.allCaptions,
      html`${field.number({ label: t.inspector.size, value: style.fontSize ?? 40, min: 4, max: 400, unit: 'px', set: (fontSize) => restyle('size', { fontSize }) })}
      ${field.colour({ label: t.inspector.colour, value: style.color ?? '#ffffff', set: (color) => restyle('colour', { color }) })}
      ${field.colour({ label: t.inspector.background, value: style.backgroundColor ?? 'transparent', alpha: true, set: (backgroundColor) => restyle('background', { backgroundColor }) })}
      ${field.choice({ label: t.inspector.vertical, value: style.verticalAlign ?? 'bottom', options: ['top', 'middle', 'bottom'].map((value) => ({ value: /** @type {'top'} */ (value), label: t.aligns[value] })), set: (verticalAlign) => restyle('place', { verticalAlign }) })}`,
    )}`;
}

/** @param {Marker} marker */
function markerFields({ id, name, timeUs }) {
  return html`<header class="inspector-head">
      <small>${t.timeline.markers}</small>
      <h2>${name}</h2>
    </header>
    ${section(
      'marker',
      t.inspector.time,
      html`${field.text({ label: t.inspector.name, value: name, set: (value) => run(t.steps.renameMarker, (now) => setMarker(now, id, { name: value }), { merge: `marker ${id}` }) })}
        ${field.time({ label: t.inspector.start, value: code(timeUs), parses: parse(timeUs), set: (value) => run(t.steps.moveMarker, (now) => setMarker(now, id, { timeUs: parse(timeUs)(value) ?? timeUs })) })}
        <button type="button" class="small" @click=${() => goTo(timeUs)}>${t.inspector.goThere}</button>
        <button
          type="button"
          class="small"
          @click=${() => run(t.steps.removeMarker, (now) => ({ ...now, markers: now.markers.filter((each) => each.id !== id) }))}
        >
          ${icon('trash-2')}${t.inspector.remove}
        </button>`,
    )}`;
}

/** Nothing is chosen: the film as a whole. */
function filmFields() {
  const now = doc.value;
  const even = (/** @type {number} */ px) => Math.max(16, Math.min(8192, 2 * Math.round(px / 2)));
  const size = (/** @type {object} */ fields) => run(t.steps.filmSize, (d) => ({ ...d, ...fields, sized: true }));
  const known = Object.entries(STANDARD_RATES).sort(([a], [b]) => Number(a) - Number(b));
  const current = known.find(([, { num, den }]) => num === now.timebase.fps[0] && den === now.timebase.fps[1])?.[0] ?? '';
  const shapes = [
    [1920, 1080],
    [1280, 720],
    [3840, 2160],
    [1080, 1920],
    [1080, 1080],
  ];
  return html`<header class="inspector-head">
      <small>${t.inspector.film}</small>
      <h2>${now.name || t.untitled}</h2>
      <p class="muted">${t.inspector.nothingChosen}</p>
    </header>
    ${section(
      'film',
      t.inspector.picture,
      html`${field.choice({
        label: t.inspector.shape,
        value: shapes.some(([w, h]) => w === now.width && h === now.height) ? `${now.width}×${now.height}` : 'own',
        options: [...shapes.map(([w, h]) => ({ value: `${w}×${h}`, label: t.shape(w, h) })), { value: 'own', label: t.inspector.own }],
        set: (value) => {
          const [width, height] = value.split('×').map(Number);
          if (width && height) size({ width, height });
        },
      })}
      ${field.number({ label: t.setup.width, value: now.width, min: 16, max: 8192, step: 2, unit: 'px', set: (width) => size({ width: even(width) }) })}
      ${field.number({ label: t.setup.height, value: now.height, min: 16, max: 8192, step: 2, unit: 'px', set: (height) => size({ height: even(height) }) })}
      ${field.choice({
        label: t.setup.rate,
        value: current,
        options: [
          ...(current ? [] : [{ value: '', label: fps(now.timebase.fps[0] / now.timebase.fps[1]) }]),
          ...known.map(([value]) => ({ value, label: value })),
        ],
        set: (value) =>
          STANDARD_RATES[value] &&
          run(t.steps.filmRate, (d) => ({ ...d, timebase: { fps: [STANDARD_RATES[value].num, STANDARD_RATES[value].den] }, sized: true })),
      })}`,
    )}
    ${focused.value ? nothing : html`<p class="muted pad">${t.inspector.hint}</p>`}`;
}
