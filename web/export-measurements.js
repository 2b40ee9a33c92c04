import { html, nothing } from 'lit/html.js';
import { bytes, count, oneDecimal, span } from './format.js';
import { saveFile } from './save-file.js';
import { t } from './strings.js';

/**
 * Where the time of an export goes, in words: first what took most of it, then what else was counted.
 *
 * @import { Telemetry } from './export-worker-client.js'
 */

/** More than these say less. */
const SHOWN_STAGES = 3;
const LEAST_SHARE = 0.01;

/** @param {Telemetry} telemetry @param {string} heading */
export function measurements(telemetry, heading) {
  const stages = Object.entries(telemetry.stages)
    .filter(([, { share }]) => share >= LEAST_SHARE)
    .sort(([, one], [, other]) => other.share - one.share)
    .slice(0, SHOWN_STAGES);
  return html`<details class="measurements">
    <summary>${heading}</summary>
    <dl class="stages">
      ${stages.map(
        ([name, { seconds, share }]) =>
          html`<div .style=${`--share: ${Math.min(1, share)}`}>
            <dt>${t.measured.stages[name] ?? name}</dt>
            <dd><strong>${t.progress.percent(Math.round(share * 100))}</strong> <span>${duration(seconds)}</span></dd>
          </div>`,
      )}
    </dl>
    <dl class="counts">
      ${counts(telemetry).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <button type="button" class="small" @click=${() => save(telemetry)}>${t.done.saveMeasurements}</button>
  </details>`;
}

/** @param {number} seconds */
const duration = (seconds) => (seconds < 10 ? `${oneDecimal(seconds)} ${t.inspector.seconds}` : span(seconds));

/** @param {Telemetry} telemetry @returns {(readonly [string, string])[]} */
function counts({ encodeFps, timesRealTime, encoder, encoders = 1, executor, sound, bytesWritten, peakHeapBytes, ...frames }) {
  const { copied, dropped, repeated } = t.measured;
  const kinds = /** @type {const} */ ([
    [copied, frames.copiedFrames],
    [dropped, frames.droppedFrames],
    [repeated, frames.repeatedFrames],
  ]);
  return [
    [t.measured.pace, t.progress.fps(encodeFps, timesRealTime)],
    ...(encoder ? [/** @type {const} */ ([t.measured.encoder, encoders > 1 ? `${encoder} × ${encoders}` : encoder])] : []),
    ...(executor ? [/** @type {const} */ ([t.measured.executor, t.measured.executors[executor] ?? executor])] : []),
    ...(sound ? [/** @type {const} */ ([t.setup.sound, t.measured.sounds[sound] ?? sound])] : []),
    ...kinds.filter(([, n]) => n).map(([name, n]) => /** @type {const} */ ([name, count(n)])),
    [t.progress.written, bytes(bytesWritten)],
    ...(peakHeapBytes ? [/** @type {const} */ ([t.measured.memory, bytes(peakHeapBytes)])] : []),
  ];
}

/** @param {Telemetry} telemetry */
function save(telemetry) {
  const text = JSON.stringify(telemetry, (key, value) => (key === 'type' ? undefined : value), 2);
  saveFile(new Blob([text], { type: 'application/json' }), 'export-measurements.json');
}
