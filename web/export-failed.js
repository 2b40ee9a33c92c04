import { html, nothing } from 'lit/html.js';
import { copyButton } from './copy-button.js';
import { choose, support } from './export-choice.js';
import { closeDialog, openSetup, start } from './export-face.js';
import { icon } from './icons.js';
import { CONTAINERS, canUse, settingsOfSound } from './presets.js';
import { saveFile } from './save-file.js';
import { inWords, t } from './strings.js';
import { formatTime } from './timecode.js';

/**
 * The dialog after an export that failed: what happened, and what can be done about it with one click.
 *
 * @import { ExportError } from './export-worker-client.js'
 * @import { Plan } from './export-jobs.js'
 */

const ENCODER_CODES = new Set(['E_CODEC', 'E_ENCODER_LOST']);
const CLIP_CODES = new Set(['E_DECODE', 'E_MISSING', 'E_SOURCE']);

/** @param {Error} caught @param {Plan} plan @param {boolean} [picker] the save dialog itself failed */
export function failedView(caught, plan, picker = false) {
  const error = /** @type {ExportError} */ (caught);
  const retry = () => {
    if (picker) choose({ where: 'browser' });
    void start(picker ? { ...plan, where: 'browser' } : plan);
  };
  const text = report(error, plan);
  return html`<div class="message failed">
    <h2 id="export-heading"><span class="mark bad">${icon('triangle-alert')}</span>${t.failed.heading}</h2>
    <p role="alert" class="reason">${inWords(error.message)}</p>
    <p>
      ${picker ? t.failed.picker : (t.failed.advice[error.code ?? ''] ?? nothing)}
      <span class="muted">${error.code === 'E_VERIFY' ? t.failed.kept : t.failed.nothingSaved}</span>
    </p>
    <details>
      <summary>${t.failed.details}</summary>
      <pre tabindex="0">${text}</pre>
      ${copyButton(text)}
      <button type="button" class="small" @click=${() => saveFile(new Blob([text], { type: 'text/plain' }), 'export-report.txt')}>
        ${t.failed.report}
      </button>
    </details>
    <div class="footer">
      <span class="summary"></span>
      <button type="button" @click=${closeDialog}>${t.failed.close}</button>
      <button type="button" @click=${openSetup}>${t.failed.change}</button>
      ${otherWays(error, plan).map(({ label, other }) => html`<button type="button" @click=${() => void start(other)}>${label}</button>`)}
      <button type="button" class="primary" data-focus @click=${retry}>${t.failed.again}</button>
    </div>
  </div>`;
}

/** Plans that go round what stood in the way. @param {ExportError} error @param {Plan} plan @returns {{label: string, other: Plan}[]} */
function otherWays({ code = '', clipId }, plan) {
  const clip = clipId && CLIP_CODES.has(code) ? clipWith(plan, clipId) : undefined;
  const possible = !support.value || canUse(support.value.video, 'vp9', 'webm');
  const vp9 = ENCODER_CODES.has(code) && plan.settings.codec && plan.settings.codec !== 'vp9' && possible;
  return [
    ...(clip ? [{ label: t.failed.skipClip, other: without(plan, clip.id) }] : []),
    ...(vp9 ? [{ label: t.failed.vp9, other: asVp9(plan) }] : []),
  ];
}

/** @param {Plan} plan @param {string} id @returns {Plan} */
function without(plan, id) {
  const tracks = plan.timeline.tracks.map((track) => ({ ...track, items: track.items.filter((item) => item.id !== id) }));
  return { ...plan, timeline: { ...plan.timeline, tracks } };
}

/** @param {Plan} plan @returns {Plan} */
function asVp9(plan) {
  const audio = plan.settings.audio && settingsOfSound('opus');
  const settings = { ...plan.settings, codec: 'vp9', container: /** @type {const} */ ('webm'), audio };
  return { ...plan, settings, ending: 'webm', mime: CONTAINERS.webm.mime, description: t.containerNames.webm };
}

/** @param {Plan} plan @param {string} id */
const clipWith = (plan, id) => plan.timeline.tracks.flatMap(({ items }) => items).find((item) => item.id === id);

/** What somebody who looks into the failure needs; nothing of a path beyond the file's name. @param {ExportError} error @param {Plan} plan */
function report({ message, code, clipId, timeUs }, plan) {
  const clip = clipId ? clipWith(plan, clipId) : undefined;
  const { metadata: _, ...settings } = plan.settings;
  return [
    message,
    ...(code ? [`${t.failed.code}: ${code}`] : []),
    ...(clip && 'name' in clip && clip.name ? [`${t.failed.clip}: ${clip.name}`] : []),
    ...(timeUs === undefined ? [] : [`${t.failed.time}: ${formatTime(timeUs)}`]),
    `${t.failed.settings}: ${JSON.stringify(settings)}`,
    `${t.failed.browser}: ${navigator.userAgent}`,
  ].join('\n');
}
