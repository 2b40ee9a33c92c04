import { effect } from '@preact/signals-core';
import { html, nothing } from 'lit/html.js';
import { ref } from 'lit/directives/ref.js';
import { askingToStop, askToStop, closeDialog, hide, openSetup } from './export-face.js';
import { livePicture, skipCheck, stop } from './export-jobs.js';
import { bytes, count, span } from './format.js';
import { measurements } from './export-measurements.js';
import { icon } from './icons.js';
import { inWords, t } from './strings.js';
import { saveCaptions } from './editor/interchange.js';
import { formatSeconds, formatTime } from './timecode.js';

/**
 * The dialog from the click on Export to the film.
 *
 * @import { Job, Result } from './export-jobs.js'
 */

const QUIET_S = 2;

export function pickingView() {
  return html`<div class="message">
    <h2 id="export-heading">${t.picking}</h2>
  </div>`;
}

/** @param {Job} job */
export function runningView(job) {
  const percent = Math.floor(job.percent);
  return html`<div class="running" data-phase=${job.phase}>
    <h2 id="export-heading" class="ellipsis">${t.progress.heading(job.handle.name)}</h2>
    <p class="phase"><span>${t.phases[job.phase]}</span><strong>${t.progress.percent(percent)}</strong></p>
    <progress max="100" .value=${job.percent} aria-label=${t.progress.label} data-phase=${job.phase} data-progress=${percent}></progress>
    <p class="still" aria-hidden="true">
      ${job.quietS >= QUIET_S && job.phase === 'encoding' ? t.progress.still(Math.min(job.frame.current + 1, job.frame.total), job.telemetry?.now ? t.measured.stages[job.telemetry.now] : '') : nothing}
    </p>
    <div class="now">${job.plan.settings.codec === false ? nothing : picture()} ${numbers(job)}</div>
    ${job.telemetry ? measurements(job.telemetry, t.measured.now) : nothing}
    ${askingToStop.value && job.phase !== 'verifying' ? question(job) : runningFooter(job)}
  </div>`;
}

/** What is being encoded. Drawn by its own effect: the rest need not wait for it. */
function picture() {
  let stop = () => {};
  const follow = (/** @type {Element | undefined} */ element) => {
    stop();
    if (!(element instanceof HTMLCanvasElement)) return;
    stop = effect(() => {
      const shown = livePicture.value?.picture;
      if (!shown) return;
      Object.assign(element, { width: shown.width, height: shown.height });
      element.getContext('2d')?.drawImage(shown, 0, 0);
    });
  };
  return html`<canvas class="live" role="img" aria-label=${t.progress.picture} ${ref(follow)}></canvas>`;
}

/** @param {Job} job */
function numbers({ frame, pace, plan: { fps }, elapsedS, leftS, bytes: written, phase }) {
  const unknown = t.progress.unknown;
  return html`<dl class="numbers">
    ${fact(t.progress.frame, frame.total ? t.progress.frameOf(frame.current, frame.total) : unknown, 'frame')}
    ${fact(t.progress.speed, pace === undefined || phase === 'finalising' || phase === 'verifying' ? unknown : t.progress.fps(pace, pace / fps), 'speed')}
    ${fact(t.progress.elapsed, formatSeconds(elapsedS * 1e6), 'elapsed')}
    ${fact(t.progress.left, leftS === undefined ? unknown : t.progress.about(leftS), 'left')}
    ${fact(t.progress.written, written ? bytes(written) : unknown, 'written')}
  </dl>`;
}

/** @param {string} name @param {unknown} value @param {string} key */
function fact(name, value, key) {
  return html`<div>
    <dt>${name}</dt>
    <dd data-fact=${key}>${value}</dd>
  </div>`;
}

/** @param {Job} job */
function runningFooter({ id, phase, unchecked = false }) {
  return html`<div class="footer">
    <p class="summary">${t.progress.hidden}</p>
    ${mayNotify() ? html`<button type="button" class="link" @click=${(/** @type {MouseEvent} */ event) => askToNotify(event)}>${t.progress.notify}</button>` : nothing}
    ${
      phase === 'verifying'
        ? html`<button type="button" title=${t.progress.skipNote} ?disabled=${unchecked} @click=${() => skipCheck(id)}>
            ${t.progress.skip}
          </button>`
        : html`<button type="button" ?disabled=${phase === 'stopping'} @click=${() => stop(id)}>
            ${phase === 'stopping' ? t.phases.stopping : t.progress.cancel}
          </button>`
    }
    <button type="button" class="primary" data-focus @click=${hide}>${t.progress.hide}</button>
  </div>`;
}

const mayNotify = () => 'Notification' in globalThis && Notification.permission === 'default';

/** @param {MouseEvent} event */
async function askToNotify({ currentTarget }) {
  await Notification.requestPermission();
  /** @type {HTMLElement} */ (currentTarget).hidden = true;
}

/** @param {Job} job */
function question({ id }) {
  return html`<div class="footer question" role="alertdialog" aria-labelledby="stop-question">
    <p class="summary" id="stop-question">${t.progress.ask}</p>
    <button
      type="button"
      @click=${() => {
        askToStop(false);
        void stop(id);
      }}
    >
      ${t.progress.stop}
    </button>
    <button type="button" @click=${hide}>${t.progress.hide}</button>
    <button type="button" class="primary" data-focus @click=${() => askToStop(false)}>${t.progress.keep}</button>
  </div>`;
}

/** @param {Job} job @param {Result} result */
export function doneView({ plan, warnings, telemetry }, { file, url, durationMs, frames, tookS, checked }) {
  const sound = plan.settings.codec === false;
  const film = sound
    ? html`<audio class="result" controls preload="metadata" aria-label=${t.done.preview} src=${url} @error=${hideFilm}></audio>`
    : html`<video class="result" controls preload="metadata" aria-label=${t.done.preview} src=${url} @error=${hideFilm}></video>`;
  return html`<div class="done">
    <h2 id="export-heading"><span class="mark">${icon('check')}</span>${warnings.length ? t.done.partly : t.done.heading}</h2>
    ${film}
    ${
      checked
        ? html`<p class="verified">
            ${icon('check')}${sound ? t.done.checkedSound(durationMs / 1000) : t.done.checked(durationMs / 1000, frames, Boolean(plan.settings.audio))}
          </p>`
        : html`<p class="muted">${t.done.unchecked}</p>`
    }
    <dl class="numbers">
      ${fact(t.done.facts.name, file.name, 'name')} ${fact(t.done.facts.size, bytes(file.size), 'size')}
      ${fact(t.done.facts.length, formatTime(durationMs * 1000), 'length')} ${fact(t.done.facts.frames, count(frames), 'frames')}
      ${fact(t.done.facts.took, t.done.took(tookS, durationMs / 1000 / tookS), 'took')}
    </dl>
    ${
      warnings.length
        ? html`<section class="warnings" aria-label=${t.done.warnings}>
            ${icon('triangle-alert')}
            <ul>
              ${warnings.map(({ message, code }) => html`<li data-code=${code}>${inWords(message)}</li>`)}
            </ul>
          </section>`
        : nothing
    }
    ${telemetry ? measurements(telemetry, t.done.measurements) : nothing}
    <div class="footer">
      <p class="summary">${plan.where !== 'browser' ? t.done.saved : t.done.kept}</p>
      <button type="button" @click=${closeDialog}>${t.done.close}</button>
      <button type="button" ?data-focus=${plan.where !== 'browser'} @click=${openSetup}>${t.done.again}</button>
      ${plan.sidecar ? html`<button type="button" @click=${() => saveCaptions(plan.sidecar ?? [], plan.name)}>${t.done.captions}</button>` : nothing}
      ${canShare(file) ? html`<button type="button" @click=${() => share(file)}>${t.done.share}</button>` : nothing}
      ${plan.where === 'browser' ? html`<a class="button primary" data-focus href=${url} download=${file.name}>${t.done.download}</a>` : nothing}
    </div>
  </div>`;
}

/** @param {File} file */
const canShare = (file) => navigator.canShare?.({ files: [file] }) ?? false;

/** @param {File} file */
const share = (file) => navigator.share({ files: [file] }).catch(() => {}); // the person changed their mind

/** Not every film plays in the browser that made it: Matroska, for one. @param {{currentTarget: HTMLElement}} event */
const hideFilm = ({ currentTarget }) => (currentTarget.hidden = true);

export function cancelledView() {
  return html`<div class="message">
    <h2 id="export-heading">${t.cancelled.heading}</h2>
    <p>${t.cancelled.text}</p>
    <div class="footer">
      <span class="summary"></span>
      <button type="button" @click=${closeDialog}>${t.done.close}</button>
      <button type="button" class="primary" data-focus @click=${openSetup}>${t.done.again}</button>
    </div>
  </div>`;
}
