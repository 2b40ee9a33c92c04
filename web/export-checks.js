import { computed, signal } from '@preact/signals-core';
import { engine, missingFeatures } from './engine.js';
import { mediaAt, usedPaths } from './editor/document.js';
import { relinkByPicker } from './editor/bin.js';
import { forget, look, stateOf } from './editor/media.js';
import { doc } from './editor/store.js';
import { choice, copyFor, settingsFor, skipped, soundOf, spanOf, support } from './export-choice.js';
import { folder } from './export-folder.js';
import { LIMITS, canUse, estimatedBytes, isSoundOnly } from './presets.js';
import { t } from './strings.js';

/**
 * What is looked at before an export starts, and what can be done about each problem.
 *
 * @typedef {object} Check
 * @property {string} id
 * @property {'ok' | 'waiting' | 'bad'} state
 * @property {string} text
 * @property {readonly {label: string, act: () => void}[]} [fixes]
 */

/** Bytes that may still be written in the browser. @type {import('@preact/signals-core').Signal<number | undefined>} */
const freeBytes = signal(undefined);

export async function askForSpace() {
  const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  freeBytes.value = quota ? quota - usage : undefined;
}

/** @type {import('@preact/signals-core').ReadonlySignal<readonly Check[]>} */
export const checks = computed(() => {
  const now = choice.value;
  if (!now) return [];
  return [...engineChecks(), ...filmChecks(), ...choiceChecks(now)];
});

/** Why the export cannot start yet, in words; '' when it can. */
export const obstacle = computed(() => checks.value.find(({ state }) => state !== 'ok')?.text ?? '');

/** @returns {Check[]} */
function engineChecks() {
  const missing = missingFeatures();
  if (missing.length) return [{ id: 'engine', state: 'bad', text: `${t.missing.intro} ${missing.join('; ')}` }];
  const state = engine.value === 'failed' ? 'bad' : engine.value === 'ready' ? 'ok' : 'waiting';
  return [{ id: 'engine', state, text: state === 'bad' ? t.engine.failed : state === 'ok' ? t.engine.ready : t.engine.waiting }];
}

/** @returns {Check[]} */
function filmChecks() {
  const files = [...usedPaths(doc.value)].filter((path) => !skipped.value.has(path)).flatMap((path) => fileCheck(path));
  const empty = choice.value && !spanOf(choice.value).durationUs;
  return [
    { id: 'film', state: empty ? 'bad' : 'ok', text: empty ? t.blocked.empty : t.checks.film },
    ...(files.length ? files : [{ id: 'files', state: /** @type {const} */ ('ok'), text: t.checks.files }]),
  ];
}

/** @param {string} path @returns {Check[]} */
function fileCheck(path) {
  const name = mediaAt(doc.value, path)?.name ?? path;
  const skip = { label: t.checks.skip, act: () => void (skipped.value = new Set([...skipped.value, path])) };
  switch (stateOf(path)) {
    case 'ready':
      return [];
    case 'reading':
      return [{ id: path, state: 'waiting', text: t.blocked.reading(name) }];
    case 'problem':
      return [
        {
          id: path,
          state: 'bad',
          text: t.blocked.problem(name),
          fixes: [
            { label: t.bin.tryAgain, act: () => void look(path) },
            { label: t.bin.remove, act: () => forget(path) },
          ],
        },
      ];
    case 'permission':
    case 'missing':
      return [
        {
          id: path,
          state: 'bad',
          text: t.blocked.missing(name),
          fixes: [{ label: t.bin.relink, act: () => void relinkByPicker(path) }, skip],
        },
      ];
  }
}

/** @param {import('./presets.js').Choice} now @returns {Check[]} */
function choiceChecks(now) {
  const custom = now.size === 'custom' && ![now.width, now.height].every((px) => px >= LIMITS.px.min && px <= LIMITS.px.max);
  const spaced = now.keyFrameS >= LIMITS.keyFrameS.min && now.keyFrameS <= LIMITS.keyFrameS.max;
  const rated = now.megabits !== undefined && !(now.megabits >= LIMITS.megabits.min && now.megabits <= LIMITS.megabits.max);
  const soundOnly = isSoundOnly(now.container);
  const impossible =
    support.value !== undefined &&
    ((!soundOnly && !canUse(support.value.video, now.codec, now.container)) ||
      (soundOf(now) && !canUse(support.value.audio, now.audioCodec, now.container)));
  const needed = estimatedBytes(settingsFor(now), spanOf(now).durationUs) * 1.1;
  const full = now.where === 'browser' && freeBytes.value !== undefined && needed > freeBytes.value;
  return [
    custom
      ? { id: 'format', state: 'bad', text: t.blocked.size }
      : rated
        ? { id: 'format', state: 'bad', text: t.blocked.bitrate }
        : !spaced
          ? { id: 'format', state: 'bad', text: t.blocked.keyFrames }
          : impossible
            ? { id: 'format', state: 'bad', text: t.blocked.codec }
            : support.value || engine.value === 'failed'
              ? { id: 'format', state: 'ok', text: t.checks.format }
              : { id: 'format', state: 'waiting', text: t.setup.checking },
    ...(now.preset === 'copy' && copyFor(now).obstacles.length
      ? [{ id: 'copy', state: /** @type {const} */ ('bad'), text: t.copy.blocked }]
      : []),
    ...(soundOnly && !soundOf(now) ? [{ id: 'sound', state: /** @type {const} */ ('bad'), text: t.setup.noSound }] : []),
    { id: 'name', state: now.name.trim() ? 'ok' : 'bad', text: now.name.trim() ? t.checks.name : t.blocked.name },
    ...(now.where === 'folder' && !folder.value ? [{ id: 'folder', state: /** @type {const} */ ('bad'), text: t.blocked.folder }] : []),
    { id: 'space', state: full ? 'bad' : 'ok', text: full ? t.blocked.space(freeBytes.value ?? 0) : t.checks.space },
  ];
}
