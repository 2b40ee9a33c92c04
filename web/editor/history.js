/**
 * What was done, with names, so that it can be undone. Pure: the states are documents that share what they have in common.
 *
 * @import { Doc } from './document.js'
 * @typedef {{doc: Doc, name: string, merge?: string}} Step `name`: of the command that led away from `doc`
 * @typedef {{past: readonly Step[], future: readonly Step[]}} History
 */

const KEPT = 300;

/** @returns {History} */
export const noHistory = () => ({ past: [], future: [] });

/**
 * @param {History} history @param {Doc} before @param {string} name
 * @param {string} [merge] a step with the same key right before it becomes one with it: a slider's way is one step
 * @returns {History}
 */
export function recorded(history, before, name, merge) {
  const last = history.past.at(-1);
  if (merge && last?.merge === merge) return { past: history.past, future: [] };
  return { past: [...history.past, { doc: before, name, merge }].slice(-KEPT), future: [] };
}

/** @param {History} history @param {Doc} now @returns {{history: History, doc: Doc, name: string} | undefined} */
export function undone({ past, future }, now) {
  const last = past.at(-1);
  if (!last) return undefined;
  return { history: { past: past.slice(0, -1), future: [{ doc: now, name: last.name }, ...future] }, doc: last.doc, name: last.name };
}

/** @param {History} history @param {Doc} now @returns {{history: History, doc: Doc, name: string} | undefined} */
export function redone({ past, future }, now) {
  const [next] = future;
  if (!next) return undefined;
  return { history: { past: [...past, { doc: now, name: next.name }], future: future.slice(1) }, doc: next.doc, name: next.name };
}

/** Ends a merge: the next step is one of its own. @param {History} history @returns {History} */
export function sealed({ past, future }) {
  return { past: past.map((step, i) => (i === past.length - 1 ? { doc: step.doc, name: step.name } : step)), future };
}
