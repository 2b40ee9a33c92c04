import { t } from './strings.js';

/**
 * Files dropped anywhere on the page.
 * @param {(files: File[]) => void} take @param {(problem: string) => void} complain
 */
export function acceptDrops(take, complain) {
  const { classList } = document.documentElement;
  let depth = 0;
  addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    classList.add('dropping');
  });
  addEventListener('dragleave', (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    classList.toggle('dropping', depth > 0);
  });
  addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    classList.remove('dropping');
    if (document.querySelector('dialog[open]')) return; // the film in the dialog stays as it is
    const files = [];
    for (const item of event.dataTransfer?.items ?? []) {
      const file = item.kind === 'file' ? item.getAsFile() : null;
      if (item.webkitGetAsEntry?.()?.isDirectory) complain(t.drop.folder(file?.name ?? ''));
      else if (file) files.push(file);
    }
    if (files.length) take(files);
  });
}

/** @param {DragEvent} event */
const hasFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false;
