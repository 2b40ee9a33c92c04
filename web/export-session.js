import { signal } from '@preact/signals-core';
import { Pace, TimeLeft } from './eta.js';
import { client } from './engine.js';
import { canPick, newPrivateFile, pickFile, removePrivateFile } from './saving.js';

/**
 * One export as the person lives through it: from the dialog's setup to the film, the stop or the failure.
 *
 * @import { ExportError, Progress, Settings, Telemetry, Timeline, Warning } from './export-worker-client.js'
 *
 * @typedef {'starting' | 'opening' | 'encoding' | 'finalising' | 'stopping'} Phase
 *
 * @typedef {object} Plan
 * @property {string} name without the ending
 * @property {string} ending
 * @property {string} mime
 * @property {string} description of the kind of file
 * @property {'picker' | 'browser'} where
 * @property {Timeline} timeline
 * @property {Settings} settings
 * @property {number} fps
 *
 * @typedef {object} Running
 * @property {'exporting'} state
 * @property {string} name
 * @property {Phase} phase
 * @property {number} percent
 * @property {{current: number, total: number}} frame
 * @property {number} elapsedS
 * @property {number} quietS since something last moved
 * @property {number | undefined} leftS
 * @property {number | undefined} pace frames a second
 * @property {number} fps of the film
 * @property {number} bytes
 * @property {boolean} asking whether to stop
 *
 * @typedef {object} Done
 * @property {'done'} state
 * @property {File} file
 * @property {string} url
 * @property {'picker' | 'browser'} where
 * @property {number} durationMs
 * @property {number} frames
 * @property {number} tookS
 * @property {readonly Warning[]} warnings
 * @property {Telemetry | undefined} telemetry
 *
 * @typedef {object} Failed
 * @property {'failed'} state
 * @property {ExportError | Error} error
 * @property {boolean} picker the save dialog itself failed
 * @property {Plan} plan
 *
 * @typedef {{state: 'closed'} | {state: 'setup'} | {state: 'picking'} | {state: 'cancelled'} | Running | Done | Failed} Session
 */

const TICK_MS = 500;

/** @type {import('@preact/signals-core').Signal<Session>} */
export const session = signal({ state: 'closed' });

export const isExporting = () => session.value.state === 'exporting';

export function openSetup() {
  leave();
  session.value = { state: 'setup' };
}

export function closeSession() {
  if (isExporting() || session.value.state === 'picking') return;
  leave();
  session.value = { state: 'closed' };
}

/** @param {boolean} asking */
export function askToStop(asking) {
  change({ asking });
}

export function stop() {
  change({ phase: 'stopping', asking: false });
  client.cancel();
}

/** Called in the click that starts the export, since the save dialog needs it. @param {Plan} plan */
export async function start(plan) {
  leave();
  const handle = await destination(plan);
  if (handle) await run(plan, handle);
}

/** @param {Plan} plan */
async function destination(plan) {
  session.value = { state: 'picking' };
  try {
    if (plan.where === 'browser' || !canPick) return await newPrivateFile(plan.name, plan.ending);
    return await pickFile(plan.name, plan.ending, plan.mime, plan.description);
  } catch (error) {
    const changedTheirMind = plan.where === 'picker' && /** @type {Error} */ (error).name === 'AbortError';
    session.value = changedTheirMind
      ? { state: 'setup' }
      : { state: 'failed', error: /** @type {Error} */ (error), picker: plan.where === 'picker', plan };
    return undefined;
  }
}

/** @param {Plan} plan @param {FileSystemFileHandle} handle */
async function run(plan, handle) {
  const startMs = performance.now();
  const clock = { movedMs: startMs, left: new TimeLeft(startMs), pace: new Pace() };
  /** @type {Warning[]} */
  const warnings = [];
  /** @type {Telemetry | undefined} */
  let telemetry;
  session.value = {
    state: 'exporting',
    name: handle.name,
    phase: client.state === 'ready' ? 'opening' : 'starting',
    percent: 0,
    frame: { current: 0, total: 0 },
    elapsedS: 0,
    quietS: 0,
    leftS: undefined,
    pace: undefined,
    fps: plan.fps,
    bytes: 0,
    asking: false,
  };
  const timer = setInterval(() => {
    const nowMs = performance.now();
    change({ elapsedS: (nowMs - startMs) / 1000, quietS: (nowMs - clock.movedMs) / 1000 });
  }, TICK_MS);
  try {
    const { timeline, settings } = plan;
    const result = await client.export(
      { timeline, settings, output: handle },
      {
        onProgress: (progress) => moved(progress, clock),
        onWarning: (warning) => void warnings.push(warning),
        onTelemetry: (latest) => {
          telemetry = latest;
          change({ bytes: latest.bytesWritten ?? 0 });
        },
      },
    );
    const file = await handle.getFile();
    const tookS = (performance.now() - startMs) / 1000;
    session.value = { state: 'done', file, url: URL.createObjectURL(file), where: plan.where, ...result, tookS, warnings, telemetry };
  } catch (caught) {
    const error = /** @type {ExportError} */ (caught);
    if (plan.where === 'browser' && error.code !== 'E_VERIFY') await removePrivateFile(handle);
    session.value = error.code === 'E_CANCELLED' ? { state: 'cancelled' } : { state: 'failed', error, picker: false, plan };
  } finally {
    clearInterval(timer);
  }
}

/** @param {Progress} progress @param {{movedMs: number, left: TimeLeft, pace: Pace}} clock */
function moved({ phase, percent, frame }, clock) {
  const now = session.value;
  if (now.state !== 'exporting') return;
  const nowMs = performance.now();
  if (percent !== now.percent || frame.current !== now.frame.current || phase === 'finalize') clock.movedMs = nowMs;
  /** @type {Phase} */
  const shown = phase === 'finalize' ? 'finalising' : frame.current > 0 ? 'encoding' : 'opening';
  change({
    phase: now.phase === 'stopping' ? 'stopping' : shown,
    percent,
    frame,
    leftS: clock.left.update(percent, nowMs),
    pace: frame.current > 0 ? clock.pace.update(frame.current, nowMs) : undefined,
  });
}

/** @param {Partial<Running>} news */
function change(news) {
  if (session.value.state === 'exporting') session.value = { ...session.value, ...news };
}

/** The last film's memory goes when the person moves on. */
function leave() {
  if (session.value.state === 'done') URL.revokeObjectURL(session.value.url);
}
