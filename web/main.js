import { effect } from '@preact/signals-core';
import { statusBar, toolBar, topBar } from './editor/bars.js';
import { inspectorOpen } from './editor/drawer-state.js';
import { mount, part } from './editor/mount.js';
import { LAST } from './editor/project-id.js';
import { sampleDoc } from './editor/sample.js';
import { fit } from './editor/scale.js';
import { onRefused, openDoc } from './editor/store.js';
import { stage } from './editor/transport.js';
import { timeline } from './editor/timeline.js';
import { toast, toastList } from './editor/toasts.js';
import { language, startLanguage, t } from './strings.js';

/** The page. What is needed to see the film comes first; the rest follows when that is painted. */

function nameParts() {
  effect(() => {
    void language.value;
    part('skip-link').textContent = t.skipToTimeline;
    for (const [id, name] of Object.entries(t.parts)) part(id).setAttribute('aria-label', name);
  });
  effect(() => void document.documentElement.toggleAttribute('data-inspector', inspectorOpen.value));
}

await startLanguage();
onRefused(() => toast(t.lock.readOnly));
// What is not there yet is not empty.
document.documentElement.toggleAttribute('data-opening', localStorage.getItem(LAST) !== null);
if (!localStorage.getItem(LAST)) openDoc(sampleDoc(t.sample));
mount('bar', topBar);
mount('stage', stage);
mount('tool-bar', toolBar);
mount('tracks', timeline);
mount('status-bar', statusBar);
mount('toasts', toastList);
nameParts();
requestAnimationFrame(fit);
const { startRest } = await import('./later.js');
await startRest();
document.documentElement.removeAttribute('data-opening');
requestAnimationFrame(fit);
