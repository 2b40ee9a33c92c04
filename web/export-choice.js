import { computed, effect, signal, untracked } from '@preact/signals-core';
import { client, engine } from './engine.js';
import { clips, everything, filmUs, sounds, title } from './film-store.js';
import { buildTimeline, displaySize, hasSound, isUsable } from './film.js';
import { CONTAINERS, LIMITS, canUse, fileName, firstChoice, rateNamed, settingsOf, settled, sizeOf } from './presets.js';
import { canPick } from './saving.js';
import { t } from './strings.js';

/**
 * What the export dialog has been told so far, and what stands in the way of starting.
 *
 * @import { Support } from './export-worker-client.js'
 * @import { Choice, Picture } from './presets.js'
 * @import { Plan } from './export-session.js'
 */

/** The first clip with a picture sets the size and the rate. @type {import('@preact/signals-core').ReadonlySignal<Picture | undefined>} */
export const firstPicture = computed(() => {
  const usable = clips.value.filter(isUsable);
  const first = usable.find((clip) => clip.kind === 'video') ?? usable[0];
  const size = first && displaySize(first);
  return size && { ...size, fps: first.kind === 'video' ? (first.info?.video?.fps ?? 0) : 0 };
});

export const filmHasSound = computed(() => hasSound(clips.value, sounds.value));

/** Undefined until the dialog was opened for the first time; then it remembers. @type {import('@preact/signals-core').Signal<Choice | undefined>} */
export const choice = signal(undefined);
/** What the browser encodes at the chosen size; undefined while it is asked. @type {import('@preact/signals-core').Signal<Support | undefined>} */
export const support = signal(undefined);

const suggestedName = computed(() => fileName(title.value, t.untitled));
/** Set once the person has written a name of their own. */
let named = false;

export function prepareChoice() {
  const fresh = firstChoice(firstPicture.value, suggestedName.value, filmHasSound.value, canPick ? 'picker' : 'browser');
  const kept = choice.value;
  choice.value = settled(kept ? { ...kept, name: named ? kept.name : fresh.name } : fresh, support.value);
}

/** @param {Partial<Choice>} news */
export function choose(news) {
  if (!choice.value) return;
  if (news.name !== undefined) named = true;
  choice.value = settled({ ...choice.value, ...news }, support.value);
}

const asked = computed(() => {
  if (!choice.value || engine.value !== 'ready') return '';
  const { num, den } = rateNamed(choice.value.rate, firstPicture.value);
  const { width, height } = sizeOf(choice.value, firstPicture.value);
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

/** Why the export cannot start yet, in words; '' when it can. */
export const obstacle = computed(() => {
  const now = choice.value;
  const broken = everything.value.find((clip) => clip.problem);
  const reading = everything.value.filter((clip) => !clip.info && !clip.problem).length;
  if (engine.value === 'failed') return t.engine.failed;
  if (broken) return t.blocked.problem(broken.name);
  if (reading) return t.blocked.reading(reading);
  if (!clips.value.length || !filmUs.value) return t.blocked.empty;
  if (!now) return '';
  if (now.size === 'custom' && ![now.width, now.height].every((px) => px >= LIMITS.px.min && px <= LIMITS.px.max)) return t.blocked.size;
  if (now.megabits !== undefined && !(now.megabits >= LIMITS.megabits.min && now.megabits <= LIMITS.megabits.max)) return t.blocked.bitrate;
  if (support.value && !canUse(support.value.video, now.codec, now.container)) return t.blocked.codec;
  if (support.value && soundOf(now) && !canUse(support.value.audio, now.audioCodec, now.container)) return t.blocked.codec;
  return now.name.trim() ? '' : t.blocked.name;
});

/** @param {Choice} now */
export const soundOf = (now) => now.sound && filmHasSound.value;

/** @param {Choice} now @returns {import('./export-worker-client.js').Settings} */
export const settingsFor = (now) => settingsOf({ ...now, sound: soundOf(now) }, firstPicture.value, title.value.trim());

/** The film and the choice as they are now, for an export that later changes do not reach. @param {Choice} now @returns {Plan} */
export function planOf(now) {
  const rate = rateNamed(now.rate, firstPicture.value);
  return {
    name: fileName(now.name, t.untitled),
    ending: now.container,
    mime: CONTAINERS[now.container].mime,
    description: t.containerNames[now.container],
    where: now.where,
    timeline: buildTimeline(clips.value, sounds.value, rate),
    settings: settingsFor(now),
    fps: rate.num / rate.den,
  };
}
