import { t } from '../strings.js';
import { addFiles } from './media.js';
import { fit } from './scale.js';
import { doc } from './store.js';
import { toast } from './toasts.js';

/**
 * Files that come into the project, by whatever way: each kind to where it belongs.
 *
 * @import { Found, Where } from './media.js'
 */

const CAPTIONS = /\.(srt|vtt|ass|ssa)$/i;
const OTIO = /\.otio$/i;

/** What else files can be: opened as a project, or read as captions. @type {{otio: (found: Found) => Promise<void>, captions: (file: File) => Promise<void>, added: (paths: readonly string[]) => void}} */
const others = { otio: async () => {}, captions: async () => {}, added: () => {} };
/** @param {Partial<typeof others>} ways */
export const onOther = (ways) => Object.assign(others, ways);

/** @param {readonly Found[]} found @param {Where} [where] on the timeline; else they go there only when it is empty */
export async function takeFiles(found, where) {
  const otio = found.find(({ file }) => OTIO.test(file.name));
  if (otio) return others.otio(otio);
  const captions = found.find(({ file }) => CAPTIONS.test(file.name));
  if (captions) await others.captions(captions.file);
  const media = found.filter(({ file }) => !CAPTIONS.test(file.name) && file.size > 0);
  const hollow = found.find(({ file }) => file.size === 0);
  if (hollow) toast(t.bin.hollow(hollow.file.name), { bad: true });
  if (!media.length) return;
  const empty = doc.value.tracks.every(({ items }) => !items.length);
  const paths = await addFiles(media, where ?? (empty ? {} : undefined));
  if (empty) fit();
  others.added(paths);
}

/** @param {readonly Found[]} found */
export const addMedia = (found) => takeFiles(found);
