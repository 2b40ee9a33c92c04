import { computed, signal } from '@preact/signals-core';

/**
 * Which keys do what: as UX habits differ, in several profiles. Keys by their place (`code`), so that every keyboard layout has them; written
 * as tinykeys does. An action of two directions has two lists of keys.
 *
 * @typedef {readonly (readonly string[])[]} Keys
 */

/** @satisfies {Record<string, Keys>} */
const STANDARD = {
  play: [['Space', 'KeyK']],
  backward: [['KeyJ']],
  forward: [['KeyL']],
  frame: [['ArrowLeft'], ['ArrowRight']],
  second: [['Shift+ArrowLeft'], ['Shift+ArrowRight']],
  edit: [['ArrowUp'], ['ArrowDown']],
  start: [['Home']],
  end: [['End']],
  split: [['KeyS']],
  splitAll: [['Shift+KeyS']],
  trim: [['KeyQ'], ['KeyW']],
  rippleTrim: [['Shift+KeyQ'], ['Shift+KeyW']],
  remove: [['Delete']],
  rippleRemove: [['Shift+Delete', 'Backspace']],
  disable: [['Shift+KeyD']],
  silence: [['Alt+KeyM']],
  copy: [['$mod+KeyC']],
  cut: [['$mod+KeyX']],
  paste: [['$mod+KeyV']],
  duplicate: [['KeyD']],
  undo: [['$mod+KeyZ']],
  redo: [['$mod+Shift+KeyZ', '$mod+KeyY']],
  all: [['$mod+KeyA']],
  none: [['Escape']],
  in: [['KeyI']],
  out: [['KeyO']],
  clearRange: [['Alt+KeyX']],
  rangeAround: [['KeyX']],
  marker: [['KeyM']],
  editMarker: [['Shift+KeyM']],
  markers: [['BracketLeft'], ['BracketRight']],
  title: [['KeyT']],
  freeze: [['KeyF']],
  snap: [['KeyN']],
  zoomIn: [['Equal']],
  zoomOut: [['Minus']],
  fit: [['Backslash']],
  target: [['Digit1', 'Digit2', 'Digit3', 'Digit4', 'Digit5', 'Digit6', 'Digit7', 'Digit8', 'Digit9']],
  solo: [['Shift+KeyB']],
  move: [['KeyG']],
  list: [['Shift+KeyL']],
  panel: [['F6'], ['Shift+F6']],
  addMedia: [['$mod+KeyI']],
  export: [['KeyE', '$mod+Enter']],
  exports: [['Shift+KeyE']],
  save: [['$mod+KeyS']],
  saveFrame: [['KeyP']],
  fullScreen: [['Shift+KeyF']],
  help: [['Shift+Slash']],
};

/** @typedef {keyof typeof STANDARD} Action */
/** @typedef {'standard' | 'simple' | 'premiere' | 'gran'} Profile */

/** What each has otherwise. @type {Record<Profile, Partial<Record<Action, Keys>>>} */
const PROFILES = {
  standard: {},
  simple: { remove: [['Delete', 'Backspace']], rippleRemove: [['Shift+Delete']] },
  premiere: {
    split: [['KeyC']],
    splitAll: [['Shift+KeyC']],
    snap: [['KeyS']],
    trim: [['Shift+KeyQ'], ['Shift+KeyW']],
    rippleTrim: [['KeyQ'], ['KeyW']],
    rangeAround: [['Slash']],
    disable: [['Shift+KeyX']],
  },
  // The letters of the editor that this one's exporter was first made for.
  gran: {
    edit: [
      ['KeyA', 'ArrowUp'],
      ['KeyS', 'ArrowDown'],
    ],
    split: [['KeyG']],
    splitAll: [['Shift+KeyG']],
    trim: [['KeyV'], ['KeyC']],
    rippleTrim: [
      ['KeyE', 'KeyD'],
      ['KeyR', 'KeyF'],
    ],
    remove: [['Delete', 'KeyX']],
    rippleRemove: [['KeyZ', 'Backspace', 'Shift+Delete']],
    disable: [['KeyW']],
    silence: [['KeyQ']],
    solo: [['KeyB']],
    rangeAround: [['Slash']],
    duplicate: [['Shift+KeyD']],
    freeze: [['Shift+KeyR']],
    move: [['Shift+KeyV']],
    fit: [['Backslash', 'Digit0']],
    export: [['$mod+Enter']],
  },
};

export const PROFILE_NAMES = /** @type {Profile[]} */ (Object.keys(PROFILES));
const KEPT = 'gran-keys';
const kept = globalThis.localStorage?.getItem(KEPT) ?? '';

/** @type {import('@preact/signals-core').Signal<Profile>} */
export const profile = signal(kept in PROFILES ? /** @type {Profile} */ (kept) : 'standard');

/** @param {Profile} chosen */
export function setProfile(chosen) {
  profile.value = chosen;
  localStorage.setItem(KEPT, chosen);
}

/** @param {Profile} chosen @returns {Record<Action, Keys>} */
export const keysIn = (chosen) => ({ ...STANDARD, ...PROFILES[chosen] });

export const keys = computed(() => keysIn(profile.value));

/** What is printed on this keyboard, by code; undefined where the browser does not say. @type {import('@preact/signals-core').Signal<ReadonlyMap<string, string> | undefined>} */
export const layout = signal(undefined);

export async function askForLayout() {
  const { keyboard } = /** @type {{keyboard?: {getLayoutMap(): Promise<ReadonlyMap<string, string>>}}} */ (
    /** @type {unknown} */ (navigator)
  );
  layout.value = await keyboard?.getLayoutMap().catch(() => undefined);
}

/** @type {Record<string, string>} */
const SIGNS = {
  Shift: '⇧',
  $mod: /Mac|iP(hone|ad)/.test(globalThis.navigator?.platform ?? '') ? '⌘' : 'Ctrl',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Delete: 'Del',
  Backspace: '⌫',
  Escape: 'Esc',
  BracketLeft: '[',
  BracketRight: ']',
  Equal: '=',
  Minus: '−',
  Backslash: '\\',
  Slash: '/',
};

/** @param {string} key as tinykeys writes it */
function shownKey(key) {
  if (key === 'Shift+Slash') return '?';
  const parts = key.split('+');
  const code = /** @type {string} */ (parts.pop());
  const printed = /^(Key|Digit)/.test(code) ? (layout.value?.get(code)?.toUpperCase() ?? code.replace(/^(Key|Digit)/, '')) : code;
  return [...parts, printed]
    .map((part) => SIGNS[part] ?? part)
    .join('+')
    .replace('⇧+', '⇧');
}

/** The first of the keys, for a tooltip. @param {Action} action */
export const keyFor = (action) => shownKey(keys.value[action][0][0]);

/** All of them, for the key map. @param {Action} action */
export const keysShown = (action) =>
  action === 'target' ? '1 … 9' : keys.value[action].map((list) => list.map(shownKey).join(', ')).join('  ');
