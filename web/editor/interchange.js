import { client } from '../engine.js';
import { saveFile } from '../save-file.js';
import { t } from '../strings.js';
import { emptyDoc } from './document.js';
import { toast } from './toasts.js';

/**
 * Films and captions from and for other programs; the engine reads and writes them.
 *
 * @import { Caption, Doc } from './document.js'
 */

const engine = /** @type {any} */ (client);

/** @param {Doc} doc */
export async function saveOtio(doc) {
  try {
    const text = await engine.exportOtio({ ...doc, sources: {} }, { name: doc.name });
    saveFile(new Blob([text], { type: 'application/json' }), `${doc.name || t.untitled}.otio`);
    toast(t.project.copySaved);
  } catch (error) {
    toast(/** @type {Error} */ (error).message, { bad: true });
  }
}

/** @param {File} file @returns {Promise<Doc | undefined>} */
export async function otioFrom(file) {
  try {
    const { timeline, name } = await engine.importOtio(file);
    return { ...emptyDoc(name), ...timeline };
  } catch (error) {
    toast(/** @type {Error} */ (error).message, { bad: true });
    return undefined;
  }
}

/** @param {File} file @returns {Promise<Omit<Caption, 'id'>[] | undefined>} */
export async function captionsFrom(file) {
  try {
    return await engine.importCaptions(file);
  } catch (error) {
    toast(/** @type {Error} */ (error).message, { bad: true });
    return undefined;
  }
}

/** @param {readonly Caption[]} captions @param {string} name */
export async function saveCaptions(captions, name) {
  try {
    const text = await engine.exportCaptions(captions, 'srt');
    saveFile(new Blob([text], { type: 'application/x-subrip' }), `${name}.srt`);
  } catch (error) {
    toast(/** @type {Error} */ (error).message, { bad: true });
  }
}
