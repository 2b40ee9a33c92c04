import { t } from '../strings.js';
import { allClips } from './document.js';
import { doc } from './store.js';

/** What clips are called, in words for people. */

/** @param {import('./document.js').Clip} clip */
export const clipName = (clip) => clip.name || (clip.text ? clip.text.split('\n')[0] : '') || t.clipTypes[clip.clipType];

/** @param {ReadonlySet<string>} ids */
export const namesOf = (ids) => {
  const named = allClips(doc.value).filter(({ id }) => ids.has(id));
  return named.length === 1 ? clipName(named[0]) : t.clips(named.length);
};
