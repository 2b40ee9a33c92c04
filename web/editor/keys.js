import { effect, signal } from '@preact/signals-core';
import { tinykeys } from 'tinykeys';
import { openExport } from '../export-open.js';
import * as actions from './actions.js';
import { addMediaByPicker } from './bin.js';
import { listShown } from './clip-list-state.js';
import { openHelp } from './dialogs.js';
import { drawer } from './drawer-state.js';
import { wasClicked } from './focus-way.js';
import { grab } from './grid-keys.js';
import { keyHint } from './key-hint.js';
import { askForLayout, keyFor, keys } from './key-profiles.js';
import { nextPanel } from './panels.js';
import * as player from './player.js';
import * as playhead from './playhead.js';
import { saveCopy } from './project-actions.js';
import { fit, zoomBy } from './scale.js';
import * as store from './store.js';
import { fullScreen } from './transport.js';

/**
 * What the keys do, and when they may.
 *
 * @import { Action } from './key-profiles.js'
 */

/** Letters alone can be switched off for those who speak to their computer, or whose cat walks over it. */
export const singleKeys = signal(localStorage.getItem('gran-single-keys') !== 'off');

/** The key that stops is held: what goes on then goes slowly. */
let held = false;
const shuttle = (/** @type {1 | -1} */ direction) => (held ? player.play(direction * 0.5) : player.shuttle(direction));

/** One way for each list of keys. @type {Record<Exclude<Action, 'target'>, readonly (() => unknown)[]>} */
const WAYS = {
  play: [player.toggle],
  backward: [() => shuttle(-1)],
  forward: [() => shuttle(1)],
  frame: [() => player.stepBy(-1), () => player.stepBy(1)],
  second: [() => playhead.jump(-1), () => playhead.jump(1)],
  edit: [() => playhead.toEdit(-1), () => playhead.toEdit(1)],
  start: [playhead.toStart],
  end: [playhead.toEnd],
  split: [() => actions.split()],
  splitAll: [() => actions.split(true)],
  trim: [() => actions.trimToPlayhead('start', false), () => actions.trimToPlayhead('end', false)],
  rippleTrim: [() => actions.trimToPlayhead('start', true), () => actions.trimToPlayhead('end', true)],
  remove: [() => actions.remove(false)],
  rippleRemove: [() => actions.remove(true)],
  disable: [actions.toggleDisabled],
  silence: [actions.toggleSound],
  copy: [actions.copy],
  cut: [actions.cut],
  paste: [actions.paste],
  duplicate: [actions.duplicate],
  undo: [store.undo],
  redo: [store.redo],
  all: [store.selectAll],
  none: [store.selectNone],
  in: [() => actions.mark('in')],
  out: [() => actions.mark('out')],
  clearRange: [actions.clearRange],
  rangeAround: [actions.rangeAroundSelection],
  marker: [actions.marker],
  editMarker: [actions.editMarker],
  markers: [() => playhead.toMarker(-1), () => playhead.toMarker(1)],
  title: [actions.title],
  freeze: [actions.freeze],
  snap: [actions.toggleSnap],
  zoomIn: [() => zoomBy(1.5)],
  zoomOut: [() => zoomBy(1 / 1.5)],
  fit: [fit],
  solo: [actions.toggleSolo],
  move: [grab],
  list: [() => (listShown.value = !listShown.value)],
  panel: [() => nextPanel(1), () => nextPanel(-1)],
  addMedia: [addMediaByPicker],
  export: [openExport],
  exports: [() => (drawer.value = !drawer.value)],
  save: [saveCopy],
  saveFrame: [playhead.saveFrame],
  fullScreen: [fullScreen],
  help: [openHelp],
};

/** Keys that work while something is typed. */
const EVERYWHERE = new Set(['F6', 'Shift+F6', '$mod+Enter', '$mod+KeyS']);

export function listenToKeys() {
  void askForLayout();
  keyHint.value = keyFor;
  effect(() => tinykeys(window, bindings()));
  addEventListener('keydown', ({ code }) => code === 'KeyK' && (held = true), { capture: true });
  addEventListener('keyup', ({ code }) => code === 'KeyK' && (held = false));
  addEventListener('blur', () => (held = false));
  // Some browsers click a button when Space is let go, whatever became of its press.
  addEventListener('keyup', (event) => {
    if (event.code === 'Space' && event.target instanceof HTMLButtonElement && wasClicked(event.target)) event.preventDefault();
  });
}

function bindings() {
  /** @type {Record<string, (event: KeyboardEvent) => void>} */
  const bound = {};
  const bind = (/** @type {string} */ key, /** @type {() => unknown} */ act) => {
    bound[key] = (event) => {
      if (!concerns(event, key)) return;
      event.preventDefault();
      void act();
    };
  };
  const { target, ...others } = keys.value;
  target[0].forEach((key, n) => bind(key, () => actions.target(n + 1)));
  for (const [action, lists] of Object.entries(others)) {
    const ways = WAYS[/** @type {keyof typeof WAYS} */ (action)];
    lists.forEach((list, n) => list.forEach((key) => bind(key, ways[n])));
  }
  return bound;
}

/** @param {KeyboardEvent} event @param {string} key */
function concerns(event, key) {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return false;
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (target.closest('input:not([type=checkbox], [type=color], [type=file]), textarea, select') && !EVERYWHERE.has(key)) {
    if (target.matches('input[type=range]')) return !/Arrow|Home|End/.test(key) && allowed(key);
    return false;
  }
  // Space and Enter belong to the button that has the focus; Space not to one that was clicked, for whoever did that is done with it.
  const control = key === 'Space' && target.closest('button, summary, a, input');
  if (control && !(control.matches('button') && wasClicked(control))) return false;
  if (/Arrow/.test(key) && target.closest('[role=tab], [role=menuitem]')) return false;
  return allowed(key);
}

/** @param {string} key */
const allowed = (key) => singleKeys.value || /\$mod|Alt|F\d|Escape|Arrow|Home|End|Delete|Space/.test(key);
