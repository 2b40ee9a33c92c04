import { tinykeys } from 'tinykeys';
import { signal } from '@preact/signals-core';
import { openExport } from '../export-open.js';
import { t } from '../strings.js';
import * as actions from './actions.js';
import { addMediaByPicker } from './bin.js';
import { openHelp } from './dialogs.js';
import { grab } from './grid-keys.js';
import { drawer } from './drawer-state.js';
import { nextPanel } from './panels.js';
import * as player from './player.js';
import { fit, zoomBy } from './scale.js';
import { saveCopy } from './project-actions.js';
import { fullScreen } from './transport.js';

/**
 * The key map. Keys by their place (`code`), so that every keyboard layout has them.
 *
 * @typedef {object} Key
 * @property {string} name of the action, a key of `t.keys`
 * @property {readonly string[]} keys as tinykeys writes them
 * @property {string} shown
 * @property {() => unknown} act
 */

/** Letters alone can be switched off for those who speak to their computer, or whose cat walks over it. */
export const singleKeys = signal(localStorage.getItem('gran-single-keys') !== 'off');

let held = false;
const slow = (/** @type {1 | -1} */ direction) => (held ? player.play(direction * 0.5) : player.shuttle(direction));

/** @returns {readonly Key[]} */
export const keyMap = () => [
  { name: 'play', keys: ['Space', 'KeyK'], shown: 'Space, K', act: player.toggle },
  { name: 'backward', keys: ['KeyJ'], shown: 'J', act: () => slow(-1) },
  { name: 'forward', keys: ['KeyL'], shown: 'L', act: () => slow(1) },
  { name: 'frame', keys: ['ArrowLeft'], shown: '←  →', act: () => player.stepBy(-1) },
  { name: '', keys: ['ArrowRight'], shown: '', act: () => player.stepBy(1) },
  { name: 'second', keys: ['Shift+ArrowLeft'], shown: '⇧ ←  →', act: () => actions.jump(-1) },
  { name: '', keys: ['Shift+ArrowRight'], shown: '', act: () => actions.jump(1) },
  { name: 'edit', keys: ['ArrowUp'], shown: '↑  ↓', act: () => actions.toEdit(-1) },
  { name: '', keys: ['ArrowDown'], shown: '', act: () => actions.toEdit(1) },
  { name: 'start', keys: ['Home'], shown: 'Home', act: actions.toStart },
  { name: 'end', keys: ['End'], shown: 'End', act: actions.toEnd },
  { name: 'split', keys: ['KeyS'], shown: 'S', act: () => actions.split() },
  { name: 'splitAll', keys: ['Shift+KeyS'], shown: '⇧S', act: () => actions.split(true) },
  { name: 'trim', keys: ['KeyQ'], shown: 'Q  W', act: () => actions.trimToPlayhead('start', false) },
  { name: '', keys: ['KeyW'], shown: '', act: () => actions.trimToPlayhead('end', false) },
  { name: 'rippleTrim', keys: ['Shift+KeyQ'], shown: '⇧Q  ⇧W', act: () => actions.trimToPlayhead('start', true) },
  { name: '', keys: ['Shift+KeyW'], shown: '', act: () => actions.trimToPlayhead('end', true) },
  { name: 'remove', keys: ['Delete'], shown: 'Del', act: () => actions.remove(false) },
  { name: 'rippleRemove', keys: ['Shift+Delete', 'Backspace'], shown: '⇧Del, ⌫', act: () => actions.remove(true) },
  { name: 'copy', keys: ['$mod+KeyC'], shown: `${t.keyNames.ctrl}+C`, act: actions.copy },
  { name: 'cut', keys: ['$mod+KeyX'], shown: `${t.keyNames.ctrl}+X`, act: actions.cut },
  { name: 'paste', keys: ['$mod+KeyV'], shown: `${t.keyNames.ctrl}+V`, act: actions.paste },
  { name: 'duplicate', keys: ['KeyD'], shown: 'D', act: actions.duplicate },
  { name: 'undo', keys: ['$mod+KeyZ'], shown: `${t.keyNames.ctrl}+Z`, act: actions.undo },
  { name: 'redo', keys: ['$mod+Shift+KeyZ', '$mod+KeyY'], shown: `${t.keyNames.ctrl}+⇧Z`, act: actions.redo },
  { name: 'all', keys: ['$mod+KeyA'], shown: `${t.keyNames.ctrl}+A`, act: actions.selectAll },
  { name: 'none', keys: ['Escape'], shown: 'Esc', act: actions.selectNone },
  { name: 'in', keys: ['KeyI'], shown: 'I', act: () => actions.mark('in') },
  { name: 'out', keys: ['KeyO'], shown: 'O', act: () => actions.mark('out') },
  { name: 'clearRange', keys: ['Alt+KeyX'], shown: 'Alt+X', act: actions.clearRange },
  { name: 'rangeAround', keys: ['KeyX'], shown: 'X', act: actions.rangeAroundSelection },
  { name: 'marker', keys: ['KeyM'], shown: 'M', act: actions.marker },
  { name: 'editMarker', keys: ['Shift+KeyM'], shown: '⇧M', act: actions.editMarker },
  { name: 'markers', keys: ['BracketLeft'], shown: '[  ]', act: () => actions.toMarker(-1) },
  { name: '', keys: ['BracketRight'], shown: '', act: () => actions.toMarker(1) },
  { name: 'title', keys: ['KeyT'], shown: 'T', act: actions.title },
  { name: 'freeze', keys: ['KeyF'], shown: 'F', act: actions.freeze },
  { name: 'snap', keys: ['KeyN'], shown: 'N', act: actions.toggleSnap },
  { name: 'zoomIn', keys: ['Equal'], shown: '=', act: () => zoomBy(1.5) },
  { name: 'zoomOut', keys: ['Minus'], shown: '−', act: () => zoomBy(1 / 1.5) },
  { name: 'fit', keys: ['Backslash'], shown: '\\', act: fit },
  { name: 'target', keys: [], shown: '1 … 9', act: () => {} },
  { name: 'move', keys: ['KeyG'], shown: 'G', act: grab },
  { name: 'panel', keys: ['F6'], shown: 'F6', act: () => nextPanel(1) },
  { name: '', keys: ['Shift+F6'], shown: '', act: () => nextPanel(-1) },
  { name: 'addMedia', keys: ['$mod+KeyI'], shown: `${t.keyNames.ctrl}+I`, act: addMediaByPicker },
  { name: 'export', keys: ['KeyE', '$mod+Enter'], shown: 'E', act: openExport },
  { name: 'exports', keys: ['Shift+KeyE'], shown: '⇧E', act: () => (drawer.value = !drawer.value) },
  { name: 'save', keys: ['$mod+KeyS'], shown: `${t.keyNames.ctrl}+S`, act: saveCopy },
  { name: 'saveFrame', keys: ['KeyP'], shown: 'P', act: actions.saveFrame },
  { name: 'fullScreen', keys: ['Shift+KeyF'], shown: '⇧F', act: fullScreen },
  { name: 'help', keys: ['Shift+Slash'], shown: '?', act: openHelp },
];

/** Keys that work while something is typed. */
const EVERYWHERE = new Set(['F6', 'Shift+F6', '$mod+Enter', '$mod+KeyS']);

export function listenToKeys() {
  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const bindings = {};
  for (const { keys, act } of keyMap()) {
    for (const key of keys) {
      bindings[key] = (event) => {
        if (!concerns(event, key)) return;
        event.preventDefault();
        void act();
      };
    }
  }
  for (let n = 1; n <= 9; n += 1) bindings[`Digit${n}`] = (event) => concerns(event, 'digit') && actions.target(n);
  tinykeys(window, bindings);
  addEventListener('keydown', ({ code }) => code === 'KeyK' && (held = true), { capture: true });
  addEventListener('keyup', ({ code }) => code === 'KeyK' && (held = false));
  addEventListener('blur', () => (held = false));
}

/** @param {KeyboardEvent} event @param {string} key */
function concerns(event, key) {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return false;
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (target.closest('input:not([type=checkbox], [type=color], [type=file]), textarea, select') && !EVERYWHERE.has(key)) {
    if (target.matches('input[type=range]')) return !/Arrow|Home|End/.test(key) && allowed(key);
    return false;
  }
  // Space and Enter belong to the button that has the focus.
  if (key === 'Space' && target.closest('button, summary, a, input, [role=tab]')) return false;
  if (/Arrow/.test(key) && target.closest('[role=tab], [role=menuitem]')) return false;
  return allowed(key);
}

/** @param {string} key */
const allowed = (key) => singleKeys.value || /\$mod|Alt|F\d|Escape|Arrow|Home|End|Delete|Space/.test(key);
