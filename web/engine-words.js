/**
 * What the engine says in English, said in another language: sentence by sentence, with what was in it. Sentences that are not known stay
 * as they are.
 *
 * @typedef {readonly (readonly [string, string])[]} Phrases of which each `{}` stands for something that both have, in this order
 */

const HOLE = '{}';

/** @param {Phrases} phrases @returns {(message: string) => string} */
export function translator(phrases) {
  const known = phrases.map(([english, other]) => {
    const parts = english.split(HOLE).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return { pattern: new RegExp(`^${parts.join('(.+?)')}$`), other };
  });
  /** @param {string} message @returns {string} */
  const say = (message) => {
    for (const { pattern, other } of known) {
      const found = pattern.exec(message)?.slice(1);
      // What is inside may be a sentence of the engine itself.
      if (found) return other.replaceAll(HOLE, () => say(/** @type {string} */ (found.shift())));
    }
    return message;
  };
  return say;
}
