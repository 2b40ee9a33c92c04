import { html, nothing } from 'lit/html.js';
import { keyed } from 'lit/directives/keyed.js';
import { live } from 'lit/directives/live.js';
import { ref } from 'lit/directives/ref.js';
import { icon } from '../icons.js';
import { inWords, t } from '../strings.js';
import { announce } from '../announce.js';
import { effect, signal } from '@preact/signals-core';
import { rateOfDoc } from './document.js';
import * as player from './player.js';
import { saveFrame, toEnd, toStart } from './playhead.js';
import { doc, filmUs, playheadUs, rate, shown } from './store.js';
import { parseTimecode, timecode } from './timecode.js';

/** The picture, and what plays it. */

const QUALITIES = [1, 0.5, 0.25];
/** The first visitor is told once what they see. */
export const hint = signal(false);

export function stage() {
  const now = shown.value;
  const nothingThere = !filmUs.value;
  return html`${
      hint.value
        ? html`<p class="hint-bar">
            <span>${t.stage.hint.split('*').map((part, i) => (i % 2 ? html`<kbd>${part}</kbd>` : part))}</span>
            <button type="button" class="icon-button" aria-label=${t.close} title=${t.close} @click=${() => (hint.value = false)}>
              ${icon('x')}
            </button>
          </p>`
        : nothing
    }
    <div class="screen">
      <div class="picture" .style=${`aspect-ratio: ${now.width} / ${now.height}; --shape: ${now.width / now.height}`}>
        ${keyed(
          player.previewNumber.value,
          html`<canvas
            id="preview"
            data-testid="preview"
            width="16"
            height="9"
            role="img"
            aria-label=${t.stage.picture}
            ${ref(mount)}
          ></canvas>`,
        )}
        ${player.late.value && !nothingThere ? html`<div class="late" role="progressbar" aria-label=${t.stage.late}></div>` : nothing}
        ${nothingThere ? html`<p class="screen-note">${t.stage.nothing}</p>` : nothing}
        ${player.previewProblem.value ? html`<p class="screen-problem" role="alert">${icon('triangle-alert')}${inWords(player.previewProblem.value)}</p>` : nothing}
      </div>
    </div>
    <div class="transport" role="group" aria-label=${t.stage.transport}>
      <span class="transport-side">${clock()} <span class="of">/ ${timecode(rateOfDoc(now), filmUs.value)}</span></span>
      <span class="transport-main">
        ${button('skip-back', t.stage.toStart, 'Home', toStart)} ${button('step-back', t.stage.frameBack, '←', () => player.stepBy(-1))}
        ${button(player.rateNow.value ? 'pause' : 'play', player.rateNow.value ? t.stage.pause : t.stage.play, t.stage.space, player.toggle, 'play')}
        ${player.hasPlayed.value || !player.pictured.value || nothingThere ? nothing : html`<kbd class="space-hint" aria-hidden="true">${t.stage.space}</kbd>`}
        ${button('step-forward', t.stage.frameForward, '→', () => player.stepBy(1))} ${button('skip-forward', t.stage.toEnd, 'End', toEnd)}
        ${Math.abs(player.rateNow.value) !== 1 && player.rateNow.value ? html`<span class="rate">${player.rateNow.value}×</span>` : nothing}
      </span>
      <span class="transport-side end">
        ${button(player.volume.value ? 'volume-2' : 'volume-x', t.stage.mute, '', () => (player.volume.value = player.volume.value ? 0 : 1))}
        <input
          type="range"
          class="volume"
          aria-label=${t.stage.volume}
          min="0"
          max="1"
          step="0.05"
          .value=${live(String(player.volume.value))}
          @input=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => (player.volume.value = currentTarget.valueAsNumber)}
        />
        <select
          class="quality"
          aria-label=${t.stage.quality}
          title=${t.stage.quality}
          @change=${(/** @type {Event & {currentTarget: HTMLSelectElement}} */ { currentTarget }) => (player.quality.value = Number(currentTarget.value))}
        >
          ${QUALITIES.map((part) => html`<option value=${part} ?selected=${player.quality.value === part}>${t.stage.qualities[part]}</option>`)}
        </select>
        ${button('camera', t.stage.saveFrame, 'P', saveFrame)} ${button('maximize', t.stage.fullScreen, '⇧F', fullScreen)}
      </span>
    </div>`;
}

/** @param {import('../icons.js').IconName} look @param {string} name @param {string} key @param {() => unknown} act @param {string} [kind] */
function button(look, name, key, act, kind = '') {
  return html`<button
    type="button"
    class="icon-button ${kind}"
    title=${key ? `${name} (${key})` : name}
    aria-label=${name}
    @click=${() => void act()}
  >
    ${icon(look)}
  </button>`;
}

/** @param {Element | undefined} canvas */
function mount(canvas) {
  if (!(canvas instanceof HTMLCanvasElement) || canvas.dataset.mounted) return;
  canvas.dataset.mounted = 'true';
  void player.mountPlayer(canvas);
}

/** Where the playhead is; typed, it goes there. Drawn by its own effect: it changes with every frame. */
function clock() {
  const fill = (/** @type {Element | undefined} */ element) => {
    if (!(element instanceof HTMLInputElement) || element.dataset.filled) return;
    element.dataset.filled = 'true';
    effect(() => {
      const text = timecode(rate.value, playheadUs.value);
      if (document.activeElement !== element) element.value = text;
    });
  };
  return html`<input
    type="text"
    class="timecode"
    aria-label=${t.stage.position}
    title=${t.stage.positionHint}
    spellcheck="false"
    autocomplete="off"
    ${ref(fill)}
    @focus=${(/** @type {FocusEvent & {currentTarget: HTMLInputElement}} */ { currentTarget }) => currentTarget.select()}
    @change=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => {
      const us = parseTimecode(rateOfDoc(doc.value), currentTarget.value, playheadUs.value);
      if (us === undefined) announce(t.stage.positionHint);
      else player.goTo(us);
      currentTarget.value = timecode(rateOfDoc(doc.value), playheadUs.value);
    }}
  />`;
}

export function fullScreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  return document.querySelector('.screen')?.requestFullscreen();
}
