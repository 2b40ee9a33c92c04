import { batch, effect, signal, untracked } from '@preact/signals-core';
import { client, engine } from '../engine.js';
import { t } from '../strings.js';
import { mediaAt } from './document.js';
import { addMedia, addToTimeline, describeMedia, removeMedia } from './film-commands.js';
import { doc, learn, run } from './store.js';

/**
 * The project's files: those that are here, what the engine says of them, and those that must be found again.
 *
 * @import { Media } from './document.js'
 * @import { SourceInfo } from '../export-worker-client.js'
 *
 * @typedef {{file: File, handle?: FileSystemFileHandle}} Found a file, with the handle by which it can be read another day
 * @typedef {{trackId?: string, startUs?: number}} Where on the timeline
 */

/** By path. @type {import('@preact/signals-core').Signal<ReadonlyMap<string, File>>} */
export const files = signal(new Map());
/** Why a file cannot be used, by path. @type {import('@preact/signals-core').Signal<ReadonlyMap<string, string>>} */
export const problems = signal(new Map());
/** Files that are not here: gone, or waiting for the person's permission. @type {import('@preact/signals-core').Signal<ReadonlyMap<string, 'missing' | 'permission'>>} */
export const lost = signal(new Map());

/** Told of each file that comes, to keep it for the next visit. @type {(path: string, found: Found) => void} */
let keep = () => {};
/** @param {typeof keep} keeper */
export const onFound = (keeper) => (keep = keeper);

/** @template V @param {ReadonlyMap<string, V>} map @param {string} path @param {V | undefined} value */
function withEntry(map, path, value) {
  const next = new Map(map);
  if (value === undefined) next.delete(path);
  else next.set(path, value);
  return next;
}

/**
 * Adds files to the project, and to the timeline when they have been looked at: where they were dropped, or at its end.
 * @param {readonly Found[]} found @param {Where | undefined} where undefined: only into the project
 * @returns {Promise<string[]>} their paths, when all have been looked at
 */
export async function addFiles(found, where) {
  if (!found.length) return [];
  const added = found.map((each) => ({ ...each, path: '' }));
  const names = found.map(({ file }) => file.name);
  const label = names.length === 1 ? t.steps.addMedia(names[0]) : t.steps.addFiles(names.length);
  const done = run(label, (now) => {
    for (const each of added) {
      each.path = freePath(now, each.file.name);
      now = addMedia(now, [{ path: each.path, name: each.file.name, kind: kindByType(each.file), size: each.file.size }]);
    }
    return now;
  });
  if (!done) return [];
  const paths = added.map(({ path }) => path);
  for (const { path, file, handle } of added) bring(path, { file, handle });
  await Promise.all(paths.map(look));
  const usable = paths.filter((path) => mediaAt(doc.value, path)?.info && !problems.value.has(path));
  if (where && usable.length) run(t.steps.toTimeline(usable.length), (now) => addToTimeline(now, usable, where), { selectNew: true });
  return paths;
}

/** A file for a path, new or found again. @param {string} path @param {Found} found */
function bring(path, found) {
  batch(() => {
    files.value = withEntry(files.value, path, found.file);
    lost.value = withEntry(lost.value, path, undefined);
    problems.value = withEntry(problems.value, path, undefined);
  });
  keep(path, found);
}

/** @param {import('./document.js').Doc} now @param {string} name two files may have one */
function freePath(now, name) {
  let path = name;
  for (let n = 2; mediaAt(now, path); n += 1) path = `${name} (${n})`;
  return path;
}

/** @param {File} file */
export function kindByType({ type, name }) {
  if (type.startsWith('audio/') || /\.(mp3|wav|flac|ogg|oga|opus|m4a|aac)$/i.test(name)) return 'audio';
  return type.startsWith('image/') || /\.(svg|avif|webp|png|jpe?g|gif)$/i.test(name) ? 'image' : 'video';
}

/** @type {Map<string, Promise<void>>} */
const looking = new Map();

/** Asks the engine what a file holds. @param {string} path @returns {Promise<void>} */
export function look(path) {
  const running = looking.get(path) ?? examine(path).finally(() => looking.delete(path));
  looking.set(path, running);
  return running;
}

/** @param {string} path */
async function examine(path) {
  const file = files.value.get(path);
  if (!file) return;
  problems.value = withEntry(problems.value, path, undefined);
  try {
    describe(path, await client.probeSource(file));
  } catch {
    // The engine failed, not the file: it is looked at when there is an engine again.
  }
}

/** @param {string} path @param {SourceInfo} info */
function describe(path, { kind, durationUs, video, audio, problem }) {
  batch(() => {
    learn((now) => describeMedia(now, path, { durationUs, ...(video && { video }), ...(audio && { audio }) }, kind));
    problems.value = withEntry(problems.value, path, problem);
  });
}

/** Looks at what an engine that failed has left unknown. */
export function lookAgainWhenReady() {
  effect(() => {
    if (engine.value === 'ready') {
      untracked(() => {
        for (const { path, info } of doc.value.media) if (!info) void look(path);
      });
    }
  });
}

/** Another file in the place of one that is missing or broken. @param {string} path @param {Found} found */
export async function relink(path, found) {
  bring(path, found);
  await look(path);
}

/** Files that a project brought with it. @param {readonly {path: string, found?: Found, lost?: 'missing' | 'permission'}[]} all */
export function restore(all) {
  batch(() => {
    files.value = new Map(all.flatMap(({ path, found }) => (found ? [[path, found.file]] : [])));
    lost.value = new Map(all.flatMap(({ path, lost: why }) => (why ? [[path, why]] : [])));
    problems.value = new Map();
  });
  for (const { path, info } of doc.value.media) if (!info && files.value.has(path)) void look(path);
}

/** @param {string} path */
export function forget(path) {
  const media = mediaAt(doc.value, path);
  if (media) run(t.steps.removeMedia(media.name), (now) => removeMedia(now, path));
}

/** @param {string} path @returns {'ready' | 'reading' | 'problem' | 'missing' | 'permission'} */
export function stateOf(path) {
  const away = lost.value.get(path);
  if (away) return away;
  if (problems.value.has(path)) return 'problem';
  return mediaAt(doc.value, path)?.info ? 'ready' : 'reading';
}
