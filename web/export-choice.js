import { computed, effect, signal, untracked } from '@preact/signals-core';
import { copyableOf } from './copyable.js';
import { client, engine } from './engine.js';
import { allClips, durationOf, endOf, rateOfDoc, startOf } from './editor/document.js';
import { hasSound } from './editor/linking.js';
import { flat } from './editor/interchange.js';
import { files } from './editor/media.js';
import { projectId } from './editor/project-id.js';
import { timelineOf } from './editor/snapshot.js';
import { doc, selectedClips } from './editor/store.js';
import { CONTAINERS, canUse, fileName, firstChoice, rateNamed, settingsOf, settled, sizeOf, withPreset } from './presets.js';
import { canPick } from './saving.js';
import { t } from './strings.js';

/**
 * What the export dialog has been told so far, and the export that it means.
 *
 * @import { Support } from './export-worker-client.js'
 * @import { Choice, Picture, Preset } from './presets.js'
 * @import { Plan } from './export-jobs.js'
 */

/** @type {import('@preact/signals-core').ReadonlySignal<Picture>} */
export const filmPicture = computed(() => {
  const { num, den } = rateOfDoc(doc.value);
  return { width: doc.value.width, height: doc.value.height, fps: num / den };
});

export const filmHasSound = computed(() =>
  allClips(doc.value).some((clip) => clip.clipType === 'media' && !clip.disabled && hasSound(doc.value, clip)),
);

/** Files that are not there, and that the person wants to go without. @type {import('@preact/signals-core').Signal<ReadonlySet<string>>} */
export const skipped = signal(new Set());

/** Undefined until the dialog was opened for the first time; then it remembers. @type {import('@preact/signals-core').Signal<Choice | undefined>} */
export const choice = signal(undefined);
/** What the browser encodes at the chosen size; undefined while it is asked. @type {import('@preact/signals-core').Signal<Support | undefined>} */
export const support = signal(undefined);

const suggestedName = computed(() => fileName(doc.value.name, t.untitled));
/** The project for which the person has written a name of their own. */
let named = '';
/** The project that the dialog was opened for. */
let preparedFor = '';

export function prepareChoice() {
  if (preparedFor !== projectId.value) skipped.value = new Set();
  preparedFor = projectId.value;
  const fresh = firstChoice(suggestedName.value, filmHasSound.value, canPick ? 'picker' : 'browser');
  const kept = choice.value;
  const now = kept ? { ...kept, name: named === projectId.value ? kept.name : fresh.name } : fresh;
  const possible =
    now.what === 'range' && !doc.value.range ? 'all' : now.what === 'selection' && !selectedClips.value.length ? 'all' : now.what;
  const made = { ...now, what: kept ? possible : doc.value.range ? /** @type {const} */ ('range') : /** @type {const} */ ('all') };
  choice.value = withIts(made, made.preset === 'copy' && copyFor(made).obstacles.length ? 'sharing' : made.preset);
}

/** @param {Partial<Choice>} news */
export function choose(news) {
  if (!choice.value) return;
  if (news.name !== undefined) named = projectId.value;
  const now = { ...choice.value, ...news };
  // Another part of the film may be another file.
  choice.value = now.preset === 'copy' ? withIts(now, 'copy') : settled(now, support.value);
}

/** @param {Preset} preset */
export function choosePreset(preset) {
  if (choice.value) choice.value = withIts(choice.value, preset);
}

/** @param {Preset} preset @returns {Choice} what it would be */
export const choiceOf = (preset) => withIts(/** @type {Choice} */ (choice.value), preset);

/** @param {Choice} now @param {Preset} preset */
const withIts = (now, preset) =>
  settled(withPreset(now, preset, filmPicture.value, preset === 'copy' ? copyFor(now).format : undefined), support.value);

/** Whether what is to be exported could be copied. @param {Choice} now @returns {import('./copyable.js').Copyable} */
export function copyFor(now) {
  const found = copyableOf(doc.value, spanOf(now), { captions: now.captions === 'burn' });
  const { format } = found;
  const able = !format || !support.value || canUse(support.value.video, format.codec, format.container);
  return able ? found : { ...found, obstacles: [{ why: 'browser', n: 1, name: '' }], format: undefined };
}

const asked = computed(() => {
  if (!choice.value || engine.value !== 'ready') return '';
  const { num, den } = rateNamed(choice.value.rate, filmPicture.value);
  const { width, height } = sizeOf(choice.value, filmPicture.value);
  return JSON.stringify({ width, height, fps: num / den });
});

effect(() => {
  const question = asked.value;
  if (!question) return;
  untracked(() => (support.value = undefined));
  // A size is typed digit by digit, and each answer costs the browser a few trial configurations.
  const timer = setTimeout(async () => {
    try {
      const answer = await client.querySupport(JSON.parse(question));
      if (question !== asked.value) return;
      support.value = answer;
      choose({});
    } catch {
      // The engine went away; when it is back the question is asked again.
    }
  }, 120);
  return () => clearTimeout(timer);
});

/** @param {Choice} now */
export const soundOf = (now) => now.sound && filmHasSound.value;

/** The part of the film that is exported, µs. @param {Choice} now */
export function spanOf({ what }) {
  const filmUs = durationOf(doc.value);
  const { range } = doc.value;
  const clips = selectedClips.value;
  const [from, to] =
    what === 'range' && range
      ? [range.startUs, range.startUs + range.durationUs]
      : what === 'selection' && clips.length
        ? [Math.min(...clips.map(startOf)), Math.max(...clips.map(endOf))]
        : [0, filmUs];
  const startUs = Math.min(from, filmUs);
  return { startUs, durationUs: Math.max(0, Math.min(to, filmUs) - startUs) };
}

/** @param {Choice} now @returns {import('./export-worker-client.js').Settings} */
export function settingsFor(now) {
  const span = spanOf(now);
  const own = settingsOf({ ...now, sound: soundOf(now) }, filmPicture.value, doc.value.name.trim());
  /** @type {import('./export-worker-client.js').Settings} */
  const settings = embeds(now) ? { ...own, captions: 'embed' } : own;
  return span.durationUs < durationOf(doc.value) ? { ...settings, range: span } : settings;
}

/** @param {Choice} now */
const embeds = (now) => now.captions === 'embed' && ['mp4', 'webm', 'mkv'].includes(now.container) && doc.value.captions.length > 0;

/** @param {Choice} now */
export function timelineFor(now) {
  const there = new Map([...files.value].filter(([path]) => !skipped.value.has(path)));
  const timeline = timelineOf(doc.value, there, { size: sizeOf(now, filmPicture.value), captions: now.captions === 'burn' });
  return embeds(now) ? { ...timeline, captions: doc.value.captions.map(flat) } : timeline;
}

/** The film and the choice as they are now, for an export that later changes do not reach. @param {Choice} now @returns {Plan} */
export function planOf(now) {
  const rate = rateNamed(now.rate, filmPicture.value);
  return {
    name: fileName(now.name, t.untitled),
    ending: now.container,
    mime: CONTAINERS[now.container].mime,
    description: t.containerNames[now.container],
    where: now.where,
    timeline: timelineFor(now),
    settings: settingsFor(now),
    fps: rate.num / rate.den,
    film: doc.value.name || t.untitled,
    ...(now.captions === 'srt' && doc.value.captions.length ? { sidecar: doc.value.captions } : {}),
  };
}
