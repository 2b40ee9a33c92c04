import { html } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { step, trim } from './film-store.js';
import { stepRate } from './film.js';
import * as icons from './icons.js';
import { t } from './strings.js';
import { formatTime, parseTime } from './timecode.js';

/**
 * An edge of a clip as text that can be typed, with a button and an arrow key for each direction.
 * @param {import('./film.js').Clip} clip @param {'in' | 'out'} edge
 */
export function timeField(clip, edge) {
  const us = edge === 'in' ? clip.inUs : clip.outUs;
  const still = clip.kind === 'image';
  const name = still ? t.list.showsFor(clip.name) : edge === 'in' ? t.list.inPoint(clip.name) : t.list.outPoint(clip.name);
  const [earlier, later] = still ? [t.list.shorter(name), t.list.longer(name)] : [t.list.back(name), t.list.forward(name)];
  const by = (/** @type {number} */ frames) => () => step(clip.id, edge, frames);

  /** @param {Event & {currentTarget: HTMLInputElement}} event */
  const typed = ({ currentTarget: input }) => {
    const asked = parseTime(input.value, stepRate(clip));
    input.setCustomValidity(asked === undefined ? t.list.badTime : '');
    if (asked === undefined) return void input.reportValidity();
    trim(clip.id, edge, asked);
  };
  /** @param {KeyboardEvent & {currentTarget: HTMLInputElement}} event */
  const key = (event) => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    if (event.shiftKey) trim(clip.id, edge, Math.max(0, us + direction * 1e6));
    else step(clip.id, edge, direction);
  };
  /** @param {Event & {currentTarget: HTMLInputElement}} event */
  const left = ({ currentTarget: input }) => {
    if (input.validity.customError) input.value = formatTime(us);
    input.setCustomValidity('');
  };

  return html`<span class="time-field">
    <button type="button" class="step" title=${earlier} aria-label=${earlier} @click=${by(-1)}>${icons.back}</button>
    <input
      type="text"
      inputmode="decimal"
      autocomplete="off"
      spellcheck="false"
      data-edge=${edge}
      aria-label=${name}
      title=${t.list.fieldHint}
      .value=${live(formatTime(us))}
      @change=${typed}
      @keydown=${key}
      @blur=${left}
    />
    <button type="button" class="step" title=${later} aria-label=${later} @click=${by(1)}>${icons.forward}</button>
  </span>`;
}
