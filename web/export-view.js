import { html, nothing } from 'lit/html.js';
import { choose, prepareChoice } from './export-choice.js';
import { copyButton } from './copy-button.js';
import { askToStop, closeSession, openSetup, start, stop } from './export-session.js';
import { bytes, count, span } from './format.js';
import * as icons from './icons.js';
import { t } from './strings.js';
import { formatSeconds, formatTime } from './timecode.js';
import { find } from './film-store.js';

/**
 * The dialog from the click on Export to the film.
 *
 * @import { Done, Failed, Plan, Running } from './export-session.js'
 */

const QUIET_S = 2;

export function pickingView() {
  return html`<div class="message">
    <h2 id="export-heading">${t.picking}</h2>
  </div>`;
}

/** @param {Running} now */
export function runningView(now) {
  const percent = Math.floor(now.percent);
  return html`<div class="running" data-phase=${now.phase}>
    <h2 id="export-heading" class="ellipsis">${t.progress.heading(now.name)}</h2>
    <p class="phase"><span>${t.phases[now.phase]}</span><strong>${t.progress.percent(percent)}</strong></p>
    <progress max="100" .value=${now.percent} aria-label=${t.progress.label} data-phase=${now.phase} data-progress=${percent}></progress>
    <p class="still" aria-hidden="true">
      ${now.quietS >= QUIET_S && now.phase === 'encoding' ? t.progress.still(Math.min(now.frame.current + 1, now.frame.total)) : nothing}
    </p>
    ${numbers(now)} ${now.asking ? question() : runningFooter(now)}
  </div>`;
}

/** @param {Running} now */
function numbers({ frame, pace, fps, elapsedS, leftS, bytes: written, phase }) {
  const unknown = t.progress.unknown;
  return html`<dl class="numbers">
    ${fact(t.progress.frame, frame.total ? t.progress.frameOf(frame.current, frame.total) : unknown, 'frame')}
    ${fact(t.progress.speed, pace === undefined || phase === 'finalising' ? unknown : t.progress.fps(pace, pace / fps), 'speed')}
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

/** @param {Running} now */
function runningFooter(now) {
  return html`<div class="footer">
    <p class="summary">${t.progress.hidden}</p>
    <button type="button" data-focus ?disabled=${now.phase === 'stopping'} @click=${stop}>
      ${now.phase === 'stopping' ? t.phases.stopping : t.progress.cancel}
    </button>
  </div>`;
}

function question() {
  return html`<div class="footer question" role="alertdialog" aria-labelledby="stop-question">
    <p class="summary" id="stop-question">${t.progress.ask}</p>
    <button type="button" @click=${stop}>${t.progress.stop}</button>
    <button type="button" class="primary" data-focus @click=${() => askToStop(false)}>${t.progress.keep}</button>
  </div>`;
}

/** @param {Done} now */
export function doneView({ file, url, where, durationMs, frames, tookS, warnings, telemetry }) {
  const picture = file.type.startsWith('video/')
    ? html`<video class="result" controls preload="metadata" aria-label=${t.done.preview} src=${url} @error=${hide}></video>`
    : nothing;
  return html`<div class="done">
    <h2 id="export-heading"><span class="mark">${icons.check}</span>${warnings.length ? t.done.partly : t.done.heading}</h2>
    ${picture}
    <dl class="numbers">
      ${fact(t.done.facts.name, file.name, 'name')} ${fact(t.done.facts.size, bytes(file.size), 'size')}
      ${fact(t.done.facts.length, formatTime(durationMs * 1000), 'length')} ${fact(t.done.facts.frames, count(frames), 'frames')}
      ${fact(t.done.facts.took, t.done.took(tookS, durationMs / 1000 / tookS), 'took')}
    </dl>
    ${
      warnings.length
        ? html`<section class="warnings" aria-label=${t.done.warnings}>
            ${icons.warning}
            <ul>
              ${warnings.map(({ message, code }) => html`<li data-code=${code}>${message}</li>`)}
            </ul>
          </section>`
        : nothing
    }
    ${telemetry ? measurements(telemetry) : nothing}
    <div class="footer">
      <p class="summary">${where === 'picker' ? t.done.saved : t.done.kept}</p>
      <button type="button" @click=${closeSession}>${t.done.close}</button>
      <button type="button" ?data-focus=${where === 'picker'} @click=${again}>${t.done.again}</button>
      ${where === 'browser' ? html`<a class="button primary" data-focus href=${url} download=${file.name}>${t.done.download}</a>` : nothing}
    </div>
  </div>`;
}

/** Not every film plays in the browser that made it: Matroska, for one. @param {{currentTarget: HTMLElement}} event */
const hide = ({ currentTarget }) => (currentTarget.hidden = true);

/** @param {import('./export-worker-client.js').Telemetry} telemetry */
function measurements(telemetry) {
  const text = JSON.stringify(telemetry, (key, value) => (key === 'type' ? undefined : value), 2);
  return html`<details>
    <summary>${t.done.measurements}</summary>
    <pre tabindex="0">${text}</pre>
    <button type="button" class="small" @click=${() => saveText(text, 'export-measurements.json')}>${t.done.saveMeasurements}</button>
  </details>`;
}

/** @param {string} text @param {string} name */
function saveText(text, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function cancelledView() {
  return html`<div class="message">
    <h2 id="export-heading">${t.cancelled.heading}</h2>
    <p>${t.cancelled.text}</p>
    <div class="footer">
      <span class="summary"></span>
      <button type="button" @click=${closeSession}>${t.done.close}</button>
      <button type="button" class="primary" data-focus @click=${again}>${t.done.again}</button>
    </div>
  </div>`;
}

/** @param {Failed} now */
export function failedView({ error, picker, plan }) {
  const { code } = /** @type {import('./export-worker-client.js').ExportError} */ (error);
  const retry = () => {
    if (picker) choose({ where: 'browser' });
    void start(picker ? { ...plan, where: 'browser' } : plan);
  };
  const text = details(error, plan);
  return html`<div class="message failed">
    <h2 id="export-heading"><span class="mark bad">${icons.warning}</span>${t.failed.heading}</h2>
    <p role="alert" class="reason">${error.message}</p>
    <p>
      ${picker ? t.failed.picker : (t.failed.advice[code ?? ''] ?? nothing)}
      <span class="muted">${code === 'E_VERIFY' ? t.failed.kept : t.failed.nothingSaved}</span>
    </p>
    <details>
      <summary>${t.failed.details}</summary>
      <pre tabindex="0">${text}</pre>
      ${copyButton(text)}
    </details>
    <div class="footer">
      <span class="summary"></span>
      <button type="button" @click=${closeSession}>${t.failed.close}</button>
      <button type="button" @click=${again}>${t.failed.change}</button>
      <button type="button" class="primary" data-focus @click=${retry}>${t.failed.again}</button>
    </div>
  </div>`;
}

function again() {
  prepareChoice();
  openSetup();
}

/** What a report about the failure needs; nothing of a path beyond the file's name. @param {Error} error @param {Plan} plan */
function details(error, plan) {
  const { message, code, clipId, timeUs } = /** @type {import('./export-worker-client.js').ExportError} */ (error);
  const clip = clipId === undefined ? undefined : find(clipId);
  const { metadata: _, ...settings } = plan.settings;
  return [
    message,
    ...(code ? [`${t.failed.code}: ${code}`] : []),
    ...(clip ? [`${t.failed.clip}: ${clip.name}`] : []),
    ...(timeUs === undefined ? [] : [`${t.failed.time}: ${formatTime(timeUs)}`]),
    `${t.failed.settings}: ${JSON.stringify(settings)}`,
    `${t.failed.browser}: ${navigator.userAgent}`,
  ].join('\n');
}
