import { html, nothing } from 'lit/html.js';
import { icon } from '../icons.js';
import { codecName } from '../codec-names.js';
import { fps } from '../format.js';
import { rateOf } from '../rate.js';
import { t } from '../strings.js';
import { detachSound, linkClips, unlinkClips } from './actions.js';
import { setFields } from './clip-fields.js';
import { clipName } from './clip-name.js';
import { endOf, mediaOf, runs, speedOf, startOf } from './document.js';
import * as field from './fields.js';
import { picture, text as textFields } from './inspector-look.js';
import { code, mergeKey, parse, section, set } from './inspector-parts.js';
import { hasSound } from './linking.js';
import { move, trim } from './moving.js';
import { setSpeed } from './retiming.js';
import { doc, run, selectedClips, selection } from './store.js';

/**
 * All about the chosen clip that can be changed. With several, a change is made to all.
 *
 * @import { Clip } from './document.js'
 */

/** @param {Clip} clip */
export function clipFields(clip) {
  const several = selectedClips.value.length;
  const sounds = clip.clipType === 'media' && hasSound(doc.value, clip) && !clip.isImage;
  return html`<header class="inspector-head">
      <small>${several > 1 ? t.clips(several) : t.clipTypes[clip.isImage ? 'image' : clip.clipType]}</small>
      <h2 title=${clipName(clip)}>${several > 1 ? t.inspector.several : clipName(clip)}</h2>
      ${several > 1 ? nothing : mediaFacts(clip)}
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
    ...(video ? [`${video.width}×${video.height}`] : []),
    ...(video && !clip.isImage ? [codecName(video.codec)] : []),
    ...(video?.fps && !clip.isImage ? [t.fps(fps(shownRate(video.fps)))] : []),
    ...(audio ? [codecName(audio.codec)] : []),
  ];
  return html`<p class="muted">${facts.join(' · ')}</p>`;
}

/** Files that count in milliseconds miss their rate by a little. @param {number} measured */
function shownRate(measured) {
  const { num, den } = rateOf(measured);
  return num / den;
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
