import { html, nothing } from 'lit/html.js';
import { icon } from '../icons.js';
import { fps } from '../format.js';
import { STANDARD_RATES } from '../rate.js';
import { t } from '../strings.js';
import * as field from './fields.js';
import { setCaption, setMarker, trimCaption } from './film-commands.js';
import { code, parse, section } from './inspector-parts.js';
import { goTo } from './player.js';
import { captionStyle } from './snapshot.js';
import { doc, focused, run } from './store.js';

/**
 * All about a caption, a marker, or the film as a whole that can be changed.
 *
 * @import { Caption, Marker } from './document.js'
 */

/** @param {Caption} caption */
export function captionFields({ id, text, timelineRange: { startUs, durationUs }, style: own }) {
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
export function markerFields({ id, name, timeUs }) {
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
export function filmFields() {
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
