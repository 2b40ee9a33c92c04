import { html, nothing } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { announce } from './announce.js';
import { facts } from './clip-facts.js';
import { dragHandle } from './drag-order.js';
import { client } from './engine.js';
import { clips, duplicate, find, look, moveTo, remove, silence, sounds } from './film-store.js';
import { isUsable, lengthUs } from './film.js';
import { frameOf } from './frames.js';
import * as icons from './icons.js';
import { t } from './strings.js';
import { timeField } from './time-field.js';
import { formatTime } from './timecode.js';

/**
 * The list of clips in their order, and what can be done with each of them.
 *
 * @import { Clip } from './film.js'
 */

/** @param {boolean} engineReady */
export function clipList(engineReady) {
  let startUs = 0;
  return html`<ol class="clips" aria-label=${t.list.clips}>
    ${repeat(
      clips.value,
      ({ id }) => id,
      (clip, index) => {
        const from = startUs;
        if (isUsable(clip)) startUs += lengthUs(clip);
        return row(clip, index, clips.value.length, from, engineReady);
      },
    )}
  </ol>`;
}

/** @param {boolean} engineReady @param {number} filmUs */
export function soundList(engineReady, filmUs) {
  if (!sounds.value.length) return nothing;
  const soundUs = sounds.value.filter(isUsable).reduce((sum, clip) => sum + lengthUs(clip), 0);
  let startUs = 0;
  return html`<section class="sound" aria-labelledby="sound-heading">
    <h2 id="sound-heading">${t.list.sound}</h2>
    <p class="muted">${t.list.soundNote} ${filmUs > 0 && soundUs > filmUs ? t.list.cut : nothing}</p>
    <ol class="clips" aria-label=${t.list.sound}>
      ${repeat(
        sounds.value,
        ({ id }) => id,
        (clip, index) => {
          const from = startUs;
          if (isUsable(clip)) startUs += lengthUs(clip);
          return row(clip, index, sounds.value.length, from, engineReady);
        },
      )}
    </ol>
  </section>`;
}

/** @param {Clip} clip @param {number} index @param {number} total @param {number} startUs @param {boolean} engineReady */
function row(clip, index, total, startUs, engineReady) {
  const state = clip.problem ? 'problem' : clip.info ? 'ready' : 'reading';
  return html`<li class="clip" data-id=${clip.id} data-kind=${clip.kind} data-state=${state} tabindex="-1" aria-label=${clip.name}>
    ${dragHandle(clip)} <span class="number" aria-hidden="true">${index + 1}</span>
    ${state === 'ready' ? edges(clip) : poster(clip)}
    <div class="about">
      <h3 title=${clip.name}>${clip.name}</h3>
      <p class="facts">${facts(clip).map((fact) => html`<span>${fact}</span>`)}</p>
      ${state === 'ready' ? place(clip, startUs) : trouble(clip, engineReady)}
    </div>
    ${actions(clip, index, total)}
  </li>`;
}

/** @param {Clip} clip */
function edges(clip) {
  const { file, kind, inUs, outUs } = clip;
  if (kind === 'image') {
    return html`<div class="edges">
      <div class="edge">${picture(clip, 0, '')} <span class="edge-label">${t.list.shows}</span> ${timeField(clip, 'out')}</div>
    </div>`;
  }
  const beforeOutUs = Math.max(inUs, outUs - 30_000);
  return html`<div class="edges">
    <div class="edge">${picture({ file, kind }, inUs, t.list.in)} ${timeField(clip, 'in')}</div>
    <div class="edge">${picture({ file, kind }, beforeOutUs, t.list.out)} ${timeField(clip, 'out')}</div>
  </div>`;
}

/** @param {Clip} clip */
function poster(clip) {
  return html`<div class="edges"><div class="edge">${picture(clip, 0, '')}</div></div>`;
}

/** @param {{file: File, kind: Clip['kind']}} clip @param {number} us @param {string} label */
function picture({ file, kind }, us, label) {
  const tag = label ? html`<span class="tag">${label}</span>` : nothing;
  if (kind === 'audio') return html`<span class="picture plain">${icons.note}${tag}</span>`;
  return html`<span class="picture">
    <span class="placeholder">${icons.film}</span>
    <canvas width="256" height="144" aria-hidden="true" ${frameOf({ file, kind, us })}></canvas>${tag}
  </span>`;
}

/** @param {Clip} clip @param {number} startUs */
function place(clip, startUs) {
  const length = lengthUs(clip);
  return html`<p class="place">
    <strong data-length>${formatTime(length)}</strong>
    ${clip.kind === 'audio' ? nothing : html`<span>${t.list.from(formatTime(startUs), formatTime(startUs + length))}</span>`}
  </p>`;
}

/** @param {Clip} clip @param {boolean} engineReady */
function trouble(clip, engineReady) {
  if (!clip.problem) return html`<p class="reading">${engineReady ? t.list.reading : t.engine.waiting}</p>`;
  return html`<p class="problem" role="alert">${icons.warning}<span>${clip.problem}</span></p>
    <p class="fixes">
      ${clip.info?.video ? html`<button type="button" class="small" @click=${() => silence(clip.id)}>${t.list.silence}</button>` : nothing}
      <button type="button" class="small" @click=${() => look(clip.id, (file) => client.probeSource(file))}>${t.list.tryAgain}</button>
      <button type="button" class="small" @click=${() => removed(clip)}>${t.list.removeShort}</button>
    </p>`;
}

/** @param {Clip} clip @param {number} index @param {number} total */
function actions(clip, index, total) {
  const button = (/** @type {string} */ name, /** @type {unknown} */ icon, /** @type {() => void} */ act, off = false) =>
    html`<button type="button" class="icon-button" title=${name} aria-label=${name} ?disabled=${off} @click=${act}>${icon}</button>`;
  return html`<div class="actions">
    ${button(t.list.up(clip.name), icons.up, () => moved(clip, index - 1, 'up'), index === 0)}
    ${button(t.list.down(clip.name), icons.down, () => moved(clip, index + 1, 'down'), index === total - 1)}
    ${button(t.list.duplicate(clip.name), icons.copy, () => focusClip(duplicate(clip.id)), !isUsable(clip))}
    ${button(t.list.remove(clip.name), icons.cross, () => removed(clip))}
  </div>`;
}

/** @param {Clip} clip @param {number} index @param {'up' | 'down'} direction */
function moved(clip, index, direction) {
  if (!moveTo(clip.id, index)) return;
  const total = (clip.kind === 'audio' ? sounds : clips).value.length;
  announce(t.said.moved(clip.name, index + 1, total));
  // Moving the row in the document took the focus away; at the end of the way the other direction is left.
  const buttons = rowOf(clip.id)?.querySelectorAll('.actions button') ?? [];
  const [up, down] = /** @type {HTMLButtonElement[]} */ ([...buttons]);
  (direction === 'up' ? (up.disabled ? down : up) : down.disabled ? up : down)?.focus();
}

/** @param {Clip} clip */
function removed(clip) {
  const list = clip.kind === 'audio' ? sounds : clips;
  const index = list.value.findIndex(({ id }) => id === clip.id);
  remove(clip.id);
  announce(t.said.removed(clip.name));
  focusClip((list.value[index] ?? list.value.at(-1))?.id);
}

/** @param {string | undefined} id */
export function focusClip(id) {
  if (!id || !find(id)) return;
  const row = rowOf(id);
  row?.focus();
  row?.scrollIntoView({ block: 'nearest' });
}

/** @param {string} id @returns {HTMLElement | null} */
const rowOf = (id) => document.querySelector(`.clip[data-id="${CSS.escape(id)}"]`);
