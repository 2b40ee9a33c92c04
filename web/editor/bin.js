import { signal } from '@preact/signals-core';
import { html, nothing } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { ref } from 'lit/directives/ref.js';
import { codecName } from '../codec-names.js';
import { bytes } from '../format.js';
import { frameOf } from '../frames.js';
import { icon } from '../icons.js';
import { inWords, t } from '../strings.js';
import { formatSeconds } from '../timecode.js';
import * as actions from './actions.js';
import { setFields } from './clip-fields.js';
import { MEDIA_TYPE } from './drop.js';
import { addToTimeline } from './film-commands.js';
import { addMedia, takeFiles } from './intake.js';
import { files, forget, look, lost, problems, relink, stateOf } from './media.js';
import { ACCEPT, pickFiles } from './picking.js';
import { doc, readOnly, run, selectedClips, selection } from './store.js';

/**
 * The panel on the left: the project's files, texts to put in, transitions and effects for what is chosen.
 *
 * @import { Media } from './document.js'
 * @typedef {'media' | 'text' | 'effects'} Tab
 */

/** @type {import('@preact/signals-core').Signal<Tab>} */
export const tab = signal('media');
const TABS = /** @type {const} */ (['media', 'text', 'effects']);
/** Asks the browser for the files that it may not read yet. @type {() => Promise<void>} */
let reconnect = async () => {};
/** @param {() => Promise<void>} way */
export const onReconnect = (way) => (reconnect = way);
/** @type {HTMLInputElement | null} */
let input = null;

/** The file dialog. Must be called in a click or a key. */
export async function addMediaByPicker() {
  if (readOnly.value) return;
  await addMedia(await pickFiles({ input }));
}

export function bin() {
  return html`<div class="tabs" role="tablist" aria-label=${t.bin.label} @keydown=${tabKey}>
      ${TABS.map(
        (name) =>
          html`<button
            type="button"
            role="tab"
            id="tab-${name}"
            aria-selected=${tab.value === name ? 'true' : 'false'}
            aria-controls="bin-panel"
            tabindex=${tab.value === name ? '0' : '-1'}
            @click=${() => (tab.value = name)}
          >
            ${t.bin.tabs[name]}
          </button>`,
      )}
    </div>
    <div id="bin-panel" class="bin-panel" role="tabpanel" aria-labelledby="tab-${tab.value}">${panel()}</div>`;
}

/** @param {KeyboardEvent} event */
function tabKey({ key }) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (!by) return;
  tab.value = TABS[(TABS.indexOf(tab.value) + by + TABS.length) % TABS.length];
  requestAnimationFrame(() => document.getElementById(`tab-${tab.value}`)?.focus());
}

function panel() {
  if (tab.value === 'text') return textPanel();
  return tab.value === 'effects' ? effectsPanel() : mediaPanel();
}

function mediaPanel() {
  const waiting = [...lost.value.values()].filter((why) => why === 'permission').length;
  return html`<button
      type="button"
      class="add"
      ?disabled=${readOnly.value}
      title=${`${t.bin.add} (${t.keyNames.ctrl}+I)`}
      @click=${addMediaByPicker}
    >
      ${icon('plus')}${t.bin.add}
    </button>
    <input
      type="file"
      class="visually-hidden"
      tabindex="-1"
      multiple
      accept=${ACCEPT}
      aria-label=${t.bin.add}
      ${ref((element) => (input = /** @type {HTMLInputElement | null} */ (element ?? null)))}
      @change=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ { currentTarget }) => {
        const found = [...(currentTarget.files ?? [])].map((file) => ({ file }));
        currentTarget.value = ''; // the same file can be chosen again
        void takeFiles(found);
      }}
    />
    ${waiting ? html`<button type="button" class="primary wide" @click=${() => reconnect()}>${icon('refresh-cw')}${t.bin.reconnect(waiting)}</button>` : nothing}
    ${
      doc.value.media.length
        ? html`<ul class="cards" aria-label=${t.bin.files}>
            ${repeat(
              doc.value.media,
              ({ path }) => path,
              (media) => card(media),
            )}
          </ul>`
        : html`<p class="muted pad">${t.bin.empty}</p>`
    }`;
}

/** @param {Media} media */
function card(media) {
  const { path, name, kind } = media;
  const state = stateOf(path);
  const file = files.value.get(path);
  const put = () => run(t.steps.toTimeline(1), (now) => addToTimeline(now, [path]), { selectNew: true });
  return html`<li
    class="card"
    data-state=${state}
    data-kind=${kind}
    aria-label=${name}
    draggable=${state === 'ready' ? 'true' : 'false'}
    @dragstart=${(/** @type {DragEvent} */ { dataTransfer }) => dataTransfer?.setData(MEDIA_TYPE, path)}
    @dblclick=${state === 'ready' ? put : nothing}
  >
    <span class="thumb">
      ${icon(kind === 'audio' ? 'music' : kind === 'image' ? 'image' : 'film')}
      ${file && kind !== 'audio' ? html`<canvas width="128" height="72" aria-hidden="true" ${frameOf({ file, kind, us: kind === 'image' ? 0 : Math.min(1e6, (media.info?.durationUs ?? 0) / 3) })}></canvas>` : nothing}
    </span>
    <span class="about">
      <span class="name" title=${name}>${name}</span>
      <span class="facts"
        >${state === 'ready' ? facts(media) : state === 'reading' ? t.bin.reading : html`<span class="bad">${icon('triangle-alert')}${t.states[state]}</span>`}</span
      >
    </span>
    <span class="card-actions">
      ${state === 'ready' ? html`<button type="button" class="icon-button" title=${t.bin.toTimeline} aria-label=${t.bin.toTimelineNamed(name)} ?disabled=${readOnly.value} @click=${put}>${icon('plus')}</button>` : nothing}
      <button
        type="button"
        class="icon-button"
        title=${t.bin.remove}
        aria-label=${t.bin.removeNamed(name)}
        ?disabled=${readOnly.value}
        @click=${() => forget(path)}
      >
        ${icon('x')}
      </button>
    </span>
    ${state === 'problem' ? problemRow(media) : nothing} ${state === 'missing' ? missingRow(media) : nothing}
  </li>`;
}

/** @param {Media} media */
function facts({ info, kind, size }) {
  if (!info) return bytes(size);
  const { video, audio, durationUs } = info;
  return [
    ...(kind === 'image' ? [] : [formatSeconds(durationUs)]),
    ...(video ? [`${video.width}×${video.height}`] : audio ? [codecName(audio.codec)] : []),
  ].join(' · ');
}

/** @param {Media} media */
function problemRow({ path, name, info }) {
  const silence = () => {
    problems.value = new Map([...problems.value].filter(([each]) => each !== path));
    const ids = new Set(doc.value.tracks.flatMap(({ items }) => items.filter(({ source }) => source?.path === path).map(({ id }) => id)));
    run(t.steps.silence(name), (now) => setFields(ids.size ? now : addToTimeline(now, [path]), ids, { audioFromVideoDisabled: true }));
  };
  return html`<p class="problem" role="alert">${inWords(problems.value.get(path) ?? '')}</p>
    <p class="fixes">
      ${info?.video ? html`<button type="button" class="small" @click=${silence}>${t.bin.silence}</button>` : nothing}
      <button type="button" class="small" @click=${() => look(path)}>${t.bin.tryAgain}</button>
    </p>`;
}

/** @param {Media} media */
function missingRow({ path, name }) {
  return html`<p class="fixes">
    <button type="button" class="small" aria-label=${t.bin.relinkNamed(name)} @click=${() => relinkByPicker(path)}>${t.bin.relink}</button>
  </p>`;
}

/** Must be called in a click. @param {string} path */
export async function relinkByPicker(path) {
  const chooser = Object.assign(document.createElement('input'), { type: 'file', className: 'visually-hidden', tabIndex: -1 });
  chooser.addEventListener('change', () => {
    const [file] = chooser.files ?? [];
    if (file) void relink(path, { file });
  });
  document.body.append(chooser);
  const [found] = await pickFiles({ multiple: false, input: chooser });
  if (found) await relink(path, found);
  addEventListener('focus', () => setTimeout(() => chooser.remove(), 60_000), { once: true });
}

function textPanel() {
  const choice = (
    /** @type {string} */ name,
    /** @type {string} */ note,
    /** @type {() => void} */ act,
    /** @type {import('../icons.js').IconName} */ look,
  ) =>
    html`<button type="button" class="tile" ?disabled=${readOnly.value} @click=${act}>
      ${icon(look)}<span>${name}<small>${note}</small></span>
    </button>`;
  return html`<div class="tiles">
    ${choice(t.bin.title, t.bin.titleNote, actions.title, 'type')} ${choice(t.bin.caption, t.bin.captionNote, actions.caption, 'captions')}
    ${choice(t.bin.captionFile, 'SRT, WebVTT, ASS', addMediaByPicker, 'plus')}
    ${choice(t.bin.background, t.bin.backgroundNote, () => actions.overlay('background'), 'square')}
    ${choice(t.bin.adjustment, t.bin.adjustmentNote, () => actions.overlay('adjustment'), 'blend')}
  </div>`;
}

function effectsPanel() {
  const ids = selection.value;
  const none = !selectedClips.value.length || readOnly.value;
  const apply = (/** @type {string} */ name, /** @type {Partial<import('./document.js').Clip>} */ fields) => () =>
    run(t.steps.change(name, t.clips(ids.size)), (now) => setFields(now, ids, fields));
  const transition = (/** @type {'dissolve' | 'fade-to-black' | 'wipe' | 'slide'} */ type) =>
    html`<button
      type="button"
      class="tile"
      ?disabled=${none}
      @click=${apply(t.transitions[type], { transitionIn: { type, durationUs: 500_000, mode: 'blend', curve: 'linear' } })}
    >
      ${icon('blend')}<span>${t.transitions[type]}<small>${t.bin.transitionNote}</small></span>
    </button>`;
  const look = (/** @type {string} */ name, /** @type {{brightness: number, contrast: number, saturation: number}} */ values) =>
    html`<button
      type="button"
      class="tile"
      ?disabled=${none}
      @click=${apply(name, { effects: [{ id: `look-${[...ids][0] ?? ''}`, type: 'color-adjustment', enabled: true, ...values }] })}
    >
      ${icon('gauge')}<span>${name}</span>
    </button>`;
  return html`${none ? html`<p class="muted pad">${t.bin.chooseFirst}</p>` : nothing}
    <div class="tiles">
      ${transition('dissolve')} ${transition('fade-to-black')} ${transition('wipe')} ${transition('slide')}
      ${look(t.bin.looks.bw, { brightness: 1, contrast: 1.05, saturation: 0 })}
      ${look(t.bin.looks.vivid, { brightness: 1, contrast: 1.1, saturation: 1.4 })}
      ${look(t.bin.looks.faded, { brightness: 1.08, contrast: 0.85, saturation: 0.75 })}
    </div>`;
}
