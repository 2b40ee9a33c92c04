import { effect, signal } from '@preact/signals-core';
import { takeFiles } from './intake.js';
import { carriesFiles, droppedFiles } from './picking.js';
import { readOnly } from './store.js';

/** Files dropped anywhere, and pasted. */
export function acceptFiles() {
  const dropping = signal(false);
  effect(() => void document.documentElement.toggleAttribute('data-dropping', dropping.value));
  let depth = 0;
  addEventListener('dragenter', ({ dataTransfer }) => {
    if (carriesFiles(dataTransfer)) dropping.value = (depth += 1) > 0;
  });
  addEventListener('dragleave', ({ dataTransfer }) => {
    if (carriesFiles(dataTransfer)) dropping.value = (depth = Math.max(0, depth - 1)) > 0;
  });
  addEventListener('dragover', (event) => carriesFiles(event.dataTransfer) && event.preventDefault());
  addEventListener(
    'drop',
    (event) => {
      depth = 0;
      dropping.value = false;
      if (carriesFiles(event.dataTransfer)) event.preventDefault();
    },
    { capture: true },
  );
  addEventListener('drop', (event) => {
    if (!carriesFiles(event.dataTransfer) || readOnly.value || document.querySelector('dialog[open]')) return;
    void droppedFiles(event.dataTransfer).then((found) => takeFiles(found));
  });
  addEventListener('paste', ({ clipboardData }) => {
    const files = [...(clipboardData?.files ?? [])];
    if (files.length && !readOnly.value) void takeFiles(files.map((file) => ({ file })));
  });
}
