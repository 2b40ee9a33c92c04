import { html, nothing } from 'lit/html.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import * as field from './fields.js';
import { section, set } from './inspector-parts.js';
import { titleStyle } from './snapshot.js';
import { doc } from './store.js';

/**
 * How a clip looks: its place, its colours, its text, how it comes and goes.
 *
 * @import { Effect, Transform, Transition } from '../export-worker-client.js'
 * @import { Clip } from './document.js'
 */

const TRANSITIONS = /** @type {const} */ (['dissolve', 'fade-to-black', 'wipe', 'slide']);
const DIRECTIONS = /** @type {const} */ (['left', 'right', 'up', 'down']);
const FONTS = ['Noto Sans', 'sans-serif', 'serif', 'monospace', 'Noto Sans Arabic', 'Noto Sans Hebrew'];

/** @param {Clip} clip */
export function picture(clip) {
  const onAudio = doc.value.tracks.some(({ kind, items }) => kind === 'audio' && items.some(({ id }) => id === clip.id));
  if (onAudio) return nothing;
  return html`${clip.clipType === 'adjustment' ? nothing : section('transform', t.inspector.transform, transformFields(clip))}
  ${section('colour', t.inspector.colourSection, colourFields(clip), clip.clipType === 'adjustment' || Boolean(clip.effects?.length))}
  ${section('transitions', t.inspector.transitions, html`${transitionFields(clip, 'transitionIn')} ${transitionFields(clip, 'transitionOut')}`, Boolean(clip.transitionIn ?? clip.transitionOut))}`;
}

/** @param {Clip} clip */
function transformFields(clip) {
  const transform = clip.transform ?? {};
  const { scale = { x: 1, y: 1 }, rotationDeg = 0, position = { x: 0, y: 0 }, crop = {} } = transform;
  const change = (/** @type {string} */ what, /** @type {Transform} */ fields) => set(what, { transform: { ...transform, ...fields } });
  const share = (/** @type {'left' | 'top' | 'right' | 'bottom'} */ side) =>
    field.number({
      label: t.inspector.crop[side],
      short: t.aligns[side],
      value: (crop[side] ?? 0) * 100,
      min: 0,
      max: 100,
      step: 1,
      unit: '%',
      digits: 1,
      set: (percent) => change(t.inspector.crop[side], { crop: { ...crop, [side]: percent / 100 } }),
    });
  const size = (/** @type {number} */ percent) =>
    change(t.inspector.scale, {
      scale: { x: (Math.sign(scale.x) * percent) / 100 || 0.01, y: (Math.sign(scale.y) * percent) / 100 || 0.01 },
    });
  return html`<div class="pair">
      ${field.number({ label: 'X', value: position.x, step: 1, unit: 'px', digits: 1, set: (x) => change('X', { position: { ...position, x } }) })}
      ${field.number({ label: 'Y', value: position.y, step: 1, unit: 'px', digits: 1, set: (y) => change('Y', { position: { ...position, y } }) })}
    </div>
    ${field.number({ label: t.inspector.scale, value: Math.abs(scale.x) * 100, min: 1, max: 1000, step: 1, unit: '%', digits: 1, slider: false, set: size })}
    ${field.number({ label: t.inspector.rotation, value: rotationDeg, min: -3600, max: 3600, step: 1, unit: '°', digits: 1, set: (deg) => change(t.inspector.rotation, { rotationDeg: deg }) })}
    ${field.number({ label: t.inspector.opacity, value: (clip.opacity ?? 1) * 100, min: 0, max: 100, step: 1, unit: '%', slider: true, set: (percent) => set(t.inspector.opacity, { opacity: percent >= 100 ? undefined : percent / 100 }) })}
    <div class="pair">
      ${field.check({ label: t.inspector.flipX, value: scale.x < 0, set: () => change(t.inspector.flipX, { scale: { ...scale, x: -scale.x } }) })}
      ${field.check({ label: t.inspector.flipY, value: scale.y < 0, set: () => change(t.inspector.flipY, { scale: { ...scale, y: -scale.y } }) })}
    </div>
    <p class="muted">${t.inspector.cropping}</p>
    <div class="pair">${share('left')} ${share('right')} ${share('top')} ${share('bottom')}</div>
    ${clip.transform ? html`<button type="button" class="small" @click=${() => set(t.inspector.transform, { transform: undefined })}>${icon('undo-2')}${t.inspector.reset}</button>` : nothing}`;
}

/** @param {Clip} clip */
function colourFields({ id, effects = [] }) {
  const colour = /** @type {Extract<Effect, {type: 'color-adjustment'}> | undefined} */ (
    effects.find(({ type }) => type === 'color-adjustment')
  );
  const blur = /** @type {Extract<Effect, {type: 'blur'}> | undefined} */ (effects.find(({ type }) => type === 'blur'));
  const rest = effects.filter((effect) => effect !== colour && effect !== blur);
  const put = (/** @type {string} */ what, /** @type {Effect | undefined} */ nextColour, /** @type {Effect | undefined} */ nextBlur) => {
    const next = [...rest, ...(nextColour ? [nextColour] : []), ...(nextBlur ? [nextBlur] : [])];
    set(what, { effects: next.length ? next : undefined });
  };
  const part = (/** @type {'brightness' | 'contrast' | 'saturation'} */ name) =>
    field.number({
      label: t.inspector[name],
      value: (colour?.[name] ?? 1) * 100,
      min: 0,
      max: 200,
      step: 1,
      unit: '%',
      slider: true,
      set: (percent) => {
        const next = {
          id: `${id}-colour`,
          type: /** @type {const} */ ('color-adjustment'),
          enabled: true,
          brightness: 1,
          contrast: 1,
          saturation: 1,
          ...colour,
          [name]: percent / 100,
        };
        const neutral = next.brightness === 1 && next.contrast === 1 && next.saturation === 1;
        put(t.inspector[name], neutral ? undefined : next, blur);
      },
    });
  return html`${part('brightness')} ${part('contrast')} ${part('saturation')}
  ${field.number({ label: t.inspector.blur, value: blur?.strength ?? 0, min: 0, max: 50, step: 0.5, unit: 'px', slider: true, set: (strength) => put(t.inspector.blur, colour, strength ? { id: `${id}-blur`, type: 'blur', enabled: true, strength } : undefined) })}`;
}

/** @param {Clip} clip @param {'transitionIn' | 'transitionOut'} edge */
function transitionFields(clip, edge) {
  const now = clip[edge];
  const name = edge === 'transitionIn' ? t.inspector.comesIn : t.inspector.goesOut;
  const change = (/** @type {Partial<Transition>} */ fields) => {
    const next = /** @type {Transition} */ ({ type: 'dissolve', durationUs: 500_000, mode: 'blend', curve: 'linear', ...now, ...fields });
    set(name, { [edge]: next });
  };
  return html`${field.choice({
    label: name,
    value: now?.type ?? 'none',
    options: [{ value: 'none', label: t.transitions.none }, ...TRANSITIONS.map((value) => ({ value, label: t.transitions[value] }))],
    set: (type) => (type === 'none' ? set(name, { [edge]: undefined }) : change({ type: /** @type {Transition['type']} */ (type) })),
  })}
  ${
    now
      ? html`${field.number({ label: `${name}: ${t.inspector.length}`, value: now.durationUs / 1e6, min: 0.04, max: clip.timelineRange.durationUs / 1e6, step: 0.1, unit: t.inspector.seconds, set: (s) => change({ durationUs: Math.round(s * 1e6) }) })}
        ${field.choice({
          label: `${name}: ${t.inspector.mode}`,
          value: now.mode ?? 'blend',
          options: [
            { value: 'blend', label: t.inspector.withNeighbour },
            { value: 'composite', label: t.inspector.alone },
          ],
          set: (mode) => change({ mode: /** @type {'blend'} */ (mode) }),
        })}
        ${field.choice({
          label: `${name}: ${t.inspector.curve}`,
          value: now.curve ?? 'linear',
          options: [
            { value: 'linear', label: t.inspector.linear },
            { value: 'bezier', label: t.inspector.eased },
          ],
          set: (curve) => change({ curve: /** @type {'linear'} */ (curve) }),
        })}
        ${
          now.type === 'wipe' || now.type === 'slide'
            ? field.choice({
                label: `${name}: ${t.inspector.direction}`,
                value: now.direction ?? 'left',
                options: DIRECTIONS.map((value) => ({ value, label: t.directions[value] })),
                set: (direction) => change({ direction }),
              })
            : nothing
        }`
      : nothing
  }`;
}

/** @param {Clip} clip */
export function text(clip) {
  const style = { ...titleStyle(doc.value), ...clip.style };
  const change = (/** @type {string} */ what, /** @type {import('../export-worker-client.js').TextStyle} */ fields) =>
    set(what, { style: { ...style, ...fields } });
  const sides = (/** @type {readonly string[]} */ values) => values.map((value) => ({ value, label: t.aligns[value] }));
  return html`${field.text({ label: t.inspector.words, value: clip.text ?? '', multiline: true, set: (value) => set(t.inspector.words, { text: value }) })}
  ${field.choice({ label: t.inspector.font, value: style.fontFamily ?? 'Noto Sans', options: [...new Set([style.fontFamily ?? 'Noto Sans', ...FONTS])].map((value) => ({ value, label: value })), set: (fontFamily) => change(t.inspector.font, { fontFamily }) })}
  ${field.number({ label: t.inspector.size, value: style.fontSize ?? 64, min: 1, max: 2000, unit: 'px', set: (fontSize) => change(t.inspector.size, { fontSize }) })}
  ${field.choice({ label: t.inspector.weight, value: String(style.fontWeight ?? 400), options: ['300', '400', '500', '600', '700', '900'].map((value) => ({ value, label: t.weights[value] })), set: (weight) => change(t.inspector.weight, { fontWeight: Number(weight) }) })}
  ${field.colour({ label: t.inspector.colour, value: style.color ?? '#ffffff', set: (color) => change(t.inspector.colour, { color }) })}
  ${field.colour({ label: t.inspector.background, value: style.backgroundColor ?? 'transparent', alpha: true, set: (backgroundColor) => change(t.inspector.background, { backgroundColor }) })}
  ${field.choice({ label: t.inspector.horizontal, value: style.align ?? 'center', options: sides(['left', 'center', 'right']), set: (align) => change(t.inspector.horizontal, { align: /** @type {'left'} */ (align) }) })}
  ${field.choice({ label: t.inspector.vertical, value: style.verticalAlign ?? 'middle', options: sides(['top', 'middle', 'bottom']), set: (align) => change(t.inspector.vertical, { verticalAlign: /** @type {'top'} */ (align) }) })}
  ${field.number({ label: t.inspector.lineHeight, value: style.lineHeight ?? 1.2, min: 0.1, max: 10, step: 0.1, set: (lineHeight) => change(t.inspector.lineHeight, { lineHeight }) })}
  ${field.number({ label: t.inspector.spacing, value: style.letterSpacing ?? 0, min: -100, max: 500, step: 1, unit: 'px', set: (letterSpacing) => change(t.inspector.spacing, { letterSpacing }) })}
  ${field.number({ label: t.inspector.padding, value: style.padding ?? 0, min: 0, max: 1000, step: 1, unit: 'px', set: (padding) => change(t.inspector.padding, { padding }) })}`;
}
