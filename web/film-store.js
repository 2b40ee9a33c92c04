import { batch, computed, signal } from '@preact/signals-core';
import { IMAGE_US, isUsable, stepped, totalUs, trimmed } from './film.js';

/**
 * The film that is being put together: what is in it, in which order, and how that changes.
 *
 * @import { SourceInfo } from './export-worker-client.js'
 * @import { Clip } from './film.js'
 * @typedef {(file: File) => Promise<SourceInfo>} Probe
 */

export const title = signal('');
/** The picture, in order. @type {import('@preact/signals-core').Signal<readonly Clip[]>} */
export const clips = signal([]);
/** Sound files, which play under the picture. @type {import('@preact/signals-core').Signal<readonly Clip[]>} */
export const sounds = signal([]);
/** @type {import('@preact/signals-core').Signal<{clip: Clip, index: number} | undefined>} */
export const lastRemoved = signal(undefined);

export const everything = computed(() => [...clips.value, ...sounds.value]);
export const filmUs = computed(() => totalUs(clips.value.filter(isUsable)));

let lastId = 0;

/**
 * Adds files at once, and what they hold as soon as the engine has looked.
 * @param {Iterable<File>} files @param {Probe} probe
 * @returns {Promise<Clip[]>} the clips once every file has been looked at
 */
export async function addFiles(files, probe) {
  const added = [...files].map(newClip);
  batch(() => {
    clips.value = [...clips.value, ...added.filter((clip) => clip.kind !== 'audio')];
    sounds.value = [...sounds.value, ...added.filter((clip) => clip.kind === 'audio')];
  });
  await Promise.all(added.map((clip) => look(clip.id, probe)));
  return added.flatMap(({ id }) => find(id) ?? []);
}

/** The ids of the clips whose files are being looked at. @type {Set<string>} */
const looking = new Set();

/** @param {string} id @param {Probe} probe */
export async function look(id, probe) {
  const clip = find(id);
  if (!clip || looking.has(id)) return;
  looking.add(id);
  if (clip.problem) replace({ ...clip, problem: undefined });
  try {
    described(id, await probe(clip.file));
  } catch {
    // The engine failed, not the file: the clip waits until there is one again.
  } finally {
    looking.delete(id);
  }
}

/** Looks at what an engine that failed has left unknown. @param {Probe} probe */
export function lookAgain(probe) {
  for (const { id, info } of everything.value) if (!info) void look(id, probe);
}

/** @param {string} id @param {SourceInfo} info */
function described(id, info) {
  const clip = find(id);
  if (!clip) return;
  const { kind, problem } = info;
  const known = { ...clip, info, kind, problem, outUs: kind === 'image' ? IMAGE_US : info.durationUs };
  if ((kind === 'audio') === (clip.kind === 'audio')) return replace(known);
  // The file's type misled: it belongs into the other list.
  batch(() => {
    clips.value = clips.value.filter((each) => each.id !== id);
    sounds.value = sounds.value.filter((each) => each.id !== id);
    const list = kind === 'audio' ? sounds : clips;
    list.value = [...list.value, known];
  });
}

/** Uses a clip whose sound is what is wrong with it. @param {string} id */
export function silence(id) {
  const clip = find(id);
  if (clip) replace({ ...clip, silent: true, problem: undefined });
}

/** @param {string} id */
export function remove(id) {
  const list = listOf(id);
  const index = list.value.findIndex((clip) => clip.id === id);
  batch(() => {
    lastRemoved.value = { clip: list.value[index], index };
    list.value = list.value.filter((clip) => clip.id !== id);
  });
}

export function undoRemove() {
  if (!lastRemoved.value) return;
  const { clip, index } = lastRemoved.value;
  const list = clip.kind === 'audio' ? sounds : clips;
  batch(() => {
    list.value = list.value.toSpliced(index, 0, clip);
    lastRemoved.value = undefined;
  });
}

/** A second clip of the same file, right after the first. @param {string} id */
export function duplicate(id) {
  const list = listOf(id);
  const index = list.value.findIndex((clip) => clip.id === id);
  const copy = { ...list.value[index], id: newId() };
  list.value = list.value.toSpliced(index + 1, 0, copy);
  return copy.id;
}

/** @param {string} id @param {number} index @returns {boolean} whether anything moved */
export function moveTo(id, index) {
  const list = listOf(id);
  const from = list.value.findIndex((clip) => clip.id === id);
  if (from < 0 || index < 0 || index >= list.value.length || from === index) return false;
  list.value = list.value.toSpliced(from, 1).toSpliced(index, 0, list.value[from]);
  return true;
}

/** @param {string} id @param {'in' | 'out'} edge @param {number} us */
export function trim(id, edge, us) {
  const clip = find(id);
  if (clip) replace(trimmed(clip, edge, us));
}

/** @param {string} id @param {'in' | 'out'} edge @param {number} frames */
export function step(id, edge, frames) {
  const clip = find(id);
  if (clip) replace(stepped(clip, edge, frames));
}

/** @param {string} id */
export const find = (id) => everything.value.find((clip) => clip.id === id);

/** @param {string} id */
const listOf = (id) => (sounds.value.some((clip) => clip.id === id) ? sounds : clips);

/** @param {Clip} clip */
function replace(clip) {
  const list = listOf(clip.id);
  list.value = list.value.map((each) => (each.id === clip.id ? clip : each));
}

/** @param {File} file @returns {Clip} */
function newClip(file) {
  return { id: newId(), path: newPath(file.name), file, name: file.name, kind: kindByType(file), inUs: 0, outUs: 0 };
}

const newId = () => `clip-${++lastId}`;

/** @type {Set<string>} */
const paths = new Set();

/** Two files may have one name. @param {string} name */
function newPath(name) {
  let path = name;
  for (let n = 2; paths.has(path); n += 1) path = `${name} (${n})`;
  paths.add(path);
  return path;
}

/** @param {File} file */
function kindByType({ type, name }) {
  if (type.startsWith('audio/') || /\.(mp3|wav|flac|ogg|oga|opus|m4a|aac)$/i.test(name)) return 'audio';
  return type.startsWith('image/') ? 'image' : 'video';
}
