/** @typedef {{ size: number }} Budget what of a message may still be written, in characters or so */

const MAX_SIZE = 32 * 1024 * 1024;
/** More than most values take: it bounds their number, and so the time. */
const VALUE_SIZE = 24;
const MAX_DEPTH = 64;
/** Twice the clips that a timeline can have. Each wrong member costs the checker half a kilobyte until the message is refused. */
const MAX_MEMBERS = 20_000;

/** @param {string} name */
const opaque = (name) => ({ $js: name });

/**
 * JSON text of a message, for the Python side to check. What JSON cannot say is named, `{"$js": "File"}`, and so is what
 * would never end: structured clones may refer to themselves, or to one object from very many places.
 * @param {unknown} message
 */
export function toJsonText(message) {
  return JSON.stringify(sayable(message, [], { size: MAX_SIZE }));
}

/**
 * @param {unknown} value
 * @param {object[]} parents
 * @param {Budget} budget
 * @returns {unknown} `value` itself where JSON can say it
 */
function sayable(value, parents, budget) {
  budget.size -= typeof value === 'string' ? value.length + VALUE_SIZE : VALUE_SIZE;
  if (budget.size < 0) return opaque('too much data');
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : opaque(String(value));
    case 'bigint':
      return opaque(`bigint ${value}`);
    case 'object':
      return value === null ? null : sayableObject(value, parents, budget);
    default:
      return opaque(typeof value);
  }
}

/**
 * @param {object} object
 * @param {object[]} parents
 * @param {Budget} budget
 */
function sayableObject(object, parents, budget) {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(object)) {
    return opaque(Object.prototype.toString.call(object).slice(8, -1));
  }
  // Somebody's own "$js" must not pass for a name given here.
  if (Object.hasOwn(object, '$js')) return opaque('Object');
  if (parents.includes(object)) return opaque('circular reference');
  if (parents.length === MAX_DEPTH) return opaque('too deep a nesting');
  parents.push(object);
  const result = Array.isArray(object) ? sayableItems(object, parents, budget) : sayableMembers(object, parents, budget);
  parents.pop();
  return result;
}

/**
 * @param {unknown[]} items
 * @param {object[]} parents
 * @param {Budget} budget
 */
function sayableItems(items, parents, budget) {
  // A list longer than the budget (it may be all holes) is one value too many, not that many.
  if (items.length > budget.size) return opaque('too much data');
  /** @type {unknown[] | undefined} */
  let copy;
  for (let i = 0; i < items.length; i++) {
    const said = sayable(items[i], parents, budget);
    if (said !== items[i]) (copy ??= [...items])[i] = said;
  }
  return copy ?? items;
}

/**
 * @param {object} object
 * @param {object[]} parents
 * @param {Budget} budget
 */
function sayableMembers(object, parents, budget) {
  const members = /** @type {Record<string, unknown>} */ (object);
  /** @type {Record<string, unknown> | undefined} */
  let copy;
  const keys = Object.keys(members);
  if (keys.length > MAX_MEMBERS) return opaque('too many members');
  for (const key of keys) {
    const value = members[key];
    if (value === undefined) continue; // JSON leaves it out
    budget.size -= key.length;
    const said = sayable(value, parents, budget);
    // An assignment to "__proto__" would make no member.
    if (said !== value) Object.defineProperty((copy ??= { ...members }), key, { value: said, enumerable: true });
  }
  return copy ?? members;
}
