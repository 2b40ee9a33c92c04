import { signal } from '@preact/signals-core';
import { Pace, TimeLeft } from './eta.js';
import { client } from './engine.js';
import { jobWith, jobs } from './export-list.js';
import { stopTrial } from './export-trial.js';
import { fileInFolder } from './export-folder.js';
import { removeFile } from './remove-file.js';
import { canPick, newPrivateFile, pickFile, removePrivateFile } from './saving.js';

/**
 * Exports, one after the other. Each holds the film as it was when it was asked for, so that editing goes on meanwhile.
 *
 * @import { Signal } from '@preact/signals-core'
 * @import { ExportError, LivePicture, Progress, Settings, Telemetry, Timeline, Warning } from './export-worker-client.js'
 *
 * @typedef {'queued' | 'starting' | 'opening' | 'encoding' | 'finalising' | 'verifying' | 'stopping'} Phase
 *
 * @typedef {object} Plan
 * @property {string} name without the ending
 * @property {string} ending
 * @property {string} mime
 * @property {string} description of the kind of file
 * @property {import('./presets.js').Where} where
 * @property {Timeline} timeline
 * @property {Settings} settings
 * @property {number} fps
 * @property {string} film its name
 * @property {readonly import('./editor/document.js').Caption[]} [sidecar] captions for a file of their own
 *
 * @typedef {object} Result
 * @property {File} file
 * @property {string} url
 * @property {number} durationMs
 * @property {number} frames
 * @property {number} tookS
 * @property {boolean} checked the file was read back and is what was asked for
 *
 * @typedef {object} Job
 * @property {number} id
 * @property {Plan} plan
 * @property {FileSystemFileHandle} handle
 * @property {'queued' | 'exporting' | 'done' | 'failed' | 'cancelled'} state
 * @property {Phase} phase
 * @property {number} percent
 * @property {{current: number, total: number}} frame
 * @property {number} elapsedS
 * @property {number} quietS since something last moved
 * @property {number | undefined} leftS
 * @property {number | undefined} pace frames a second
 * @property {number} bytes
 * @property {boolean} [unchecked] the person did not wait for the check
 * @property {readonly Warning[]} warnings
 * @property {Telemetry} [telemetry]
 * @property {Result} [result]
 * @property {ExportError | Error} [error]
 */

const TICK_MS = 500;
/** What is being encoded. @type {Signal<LivePicture | undefined>} */
export const livePicture = signal(undefined);

let lastId = 0;

/**
 * Where the film goes. Called in the click that starts the export, since the save dialog needs it.
 * @param {Plan} plan @returns {Promise<FileSystemFileHandle>}
 */
export function destinationOf(plan) {
  if (plan.where === 'folder') return fileInFolder(plan.name, plan.ending);
  if (plan.where === 'browser' || !canPick) return newPrivateFile(plan.name, plan.ending);
  return pickFile(plan.name, plan.ending, plan.mime, plan.description);
}

/** @param {Plan} plan @param {FileSystemFileHandle} handle @returns {number} the job's id */
export function enqueue(plan, handle) {
  const id = (lastId += 1);
  /** @type {Job} */
  const job = {
    id,
    plan,
    handle,
    state: 'queued',
    phase: 'queued',
    percent: 0,
    frame: { current: 0, total: 0 },
    elapsedS: 0,
    quietS: 0,
    leftS: undefined,
    pace: undefined,
    bytes: 0,
    warnings: [],
  };
  jobs.value = [...jobs.value, job];
  void work();
  return id;
}

let working = false;

async function work() {
  if (working) return;
  working = true;
  for (let next = nextJob(); next; next = nextJob()) await run(next);
  working = false;
}

const nextJob = () => jobs.value.find(({ state }) => state === 'queued');

/** @param {Job} job */
async function run({ id, plan, handle }) {
  change(id, { state: 'exporting', phase: client.state === 'ready' ? 'opening' : 'starting' });
  await stopTrial();
  const startMs = performance.now();
  const clock = { movedMs: startMs, left: new TimeLeft(startMs), pace: new Pace() };
  const timer = setInterval(() => {
    const nowMs = performance.now();
    change(id, { elapsedS: (nowMs - startMs) / 1000, quietS: (nowMs - clock.movedMs) / 1000 });
  }, TICK_MS);
  try {
    if (jobWith(id)?.phase === 'stopping') throw Object.assign(new Error(), { code: 'E_CANCELLED' });
    const { timeline, settings } = plan;
    const result = await client.export(
      { timeline, settings, output: handle },
      {
        onProgress: (progress) => moved(id, progress, clock),
        onWarning: (warning) => change(id, { warnings: [...(jobWith(id)?.warnings ?? []), warning] }),
        onTelemetry: (telemetry) => measured(id, telemetry),
        onPicture: showPicture,
      },
    );
    const file = await handle.getFile();
    const tookS = (performance.now() - startMs) / 1000;
    const now = jobWith(id);
    // Whoever stops an export in its commit gets the film that came too late to be stopped, as it is.
    const checked = settings.verify !== false && !now?.unchecked && now?.phase !== 'stopping';
    change(id, { state: 'done', percent: 100, result: { file, url: URL.createObjectURL(file), ...result, tookS, checked } });
  } catch (caught) {
    const error = /** @type {ExportError} */ (caught);
    if (plan.where === 'browser' && error.code !== 'E_VERIFY') await removePrivateFile(handle);
    change(id, error.code === 'E_CANCELLED' ? { state: 'cancelled' } : { state: 'failed', error });
  } finally {
    clearInterval(timer);
    showPicture(undefined);
  }
}

/** @param {LivePicture | undefined} next */
function showPicture(next) {
  livePicture.peek()?.picture.close();
  livePicture.value = next;
}

/** @param {number} id @param {Progress} progress @param {{movedMs: number, left: TimeLeft, pace: Pace}} clock */
function moved(id, { phase, percent, frame }, clock) {
  const now = jobWith(id);
  if (!now) return;
  const nowMs = performance.now();
  if (percent !== now.percent || frame.current !== now.frame.current || phase === 'finalize') clock.movedMs = nowMs;
  /** @type {Phase} */
  const reached = phase === 'finalize' ? 'finalising' : frame.current > 0 ? 'encoding' : 'opening';
  const shown = now.phase === 'stopping' || now.phase === 'verifying' ? now.phase : reached;
  change(id, {
    phase: shown,
    percent,
    frame,
    leftS: clock.left.update(percent, nowMs),
    pace: frame.current > 0 ? clock.pace.update(frame.current, nowMs) : undefined,
  });
}

/** @param {number} id @param {Telemetry} telemetry */
function measured(id, telemetry) {
  const verifying = telemetry.now === 'verify' && jobWith(id)?.phase !== 'stopping';
  change(id, { telemetry, bytes: telemetry.bytesWritten, ...(verifying ? { phase: 'verifying' } : {}) });
}

/** @param {number} id @param {Partial<Job>} news */
function change(id, news) {
  jobs.value = jobs.value.map((job) => (job.id === id ? { ...job, ...news } : job));
}

/** @param {number} id */
export async function stop(id) {
  const job = jobWith(id);
  if (job?.state === 'exporting') {
    change(id, { phase: 'stopping' });
    client.cancel();
  } else if (job?.state === 'queued') {
    change(id, { state: 'cancelled' });
    // The picker, or we, made an empty file for it.
    if (job.plan.where === 'browser') await removePrivateFile(job.handle);
    else await removeFile(job.handle).catch(() => {});
  }
}

/** The film is on the disk already; what is left out is to read it back. @param {number} id */
export function skipCheck(id) {
  change(id, { unchecked: true });
  client.cancel();
}

/** Takes a finished job off the list; the last film's memory goes with it. @param {number} id */
export function dismiss(id) {
  const job = jobWith(id);
  if (!job || job.state === 'exporting' || job.state === 'queued') return;
  if (job.result) URL.revokeObjectURL(job.result.url);
  jobs.value = jobs.value.filter((each) => each.id !== id);
}
