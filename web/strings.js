import { signal } from '@preact/signals-core';
import { en } from './strings/en.js';
import { setNumberLanguage } from './format.js';

/**
 * The words of the page. English is always there; another language comes when it is chosen.
 *
 * @typedef {'en' | 'ru'} Language
 * @typedef {typeof en} Strings
 */

const KEY = 'gran-language';
/** @type {Record<Language, () => Promise<Strings>>} */
const LANGUAGES = { en: async () => en, ru: async () => (await import('./strings/ru.js')).ru };
/** For what the engine says, which is English. @type {Partial<Record<Language, () => Promise<(message: string) => string>>>} */
const ENGINE = { ru: async () => (await import('./strings/ru-engine.js')).inRussian };
const asItIs = (/** @type {string} */ message) => message;
/** How each calls itself. @type {Record<Language, string>} */
export const LANGUAGE_NAMES = { en: 'English', ru: 'Русский' };

/** The words, of the language that is chosen. */
export let t = en;
/** What the engine says, in the chosen language where that has words for it. */
export let inWords = asItIs;
/** Read where words are drawn, so that they are drawn again in another language. @type {import('@preact/signals-core').Signal<Language>} */
export const language = signal('en');

/** @param {Language} chosen */
export async function setLanguage(chosen) {
  t = await LANGUAGES[chosen]();
  inWords = (await ENGINE[chosen]?.()) ?? asItIs;
  setNumberLanguage(chosen);
  document.documentElement.lang = chosen;
  localStorage.setItem(KEY, chosen);
  language.value = chosen;
}

/** What the person chose the last time, or what their browser asks for. */
export async function startLanguage() {
  const asked = localStorage.getItem(KEY) ?? navigator.language.slice(0, 2);
  if (asked !== 'en' && asked in LANGUAGES) await setLanguage(/** @type {Language} */ (asked));
}
