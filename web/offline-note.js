import { signal } from '@preact/signals-core';
import { html, nothing } from 'lit/html.js';
import { offlineState, useUpdate } from './offline.js';
import { t } from './strings.js';

/** What a person is told of it: how far the app is kept for offline, and that a newer one waits. */

const refused = signal(false);

async function restart() {
  refused.value = (await useUpdate()) === 'exporting';
}

export function offlineNote() {
  const { readiness, progress, online, updateReady } = offlineState.value;
  return html`<p class="offline" data-readiness=${readiness}>
    ${updateReady ? update() : html`<span>${words(readiness, progress, online)}</span>`}
  </p>`;
}

/** @param {string} readiness @param {number} progress @param {boolean} online */
function words(readiness, progress, online) {
  if (readiness === 'preparing') return t.offline.preparing(Math.floor(100 * progress));
  if (readiness === 'ready') return online ? t.offline.ready : t.offline.now;
  if (readiness === 'failed') return t.offline.failed;
  return nothing;
}

function update() {
  return html`<span>${refused.value ? t.offline.exporting : t.offline.update}</span>
    <button type="button" class="small" @click=${restart}>${t.offline.restart}</button>`;
}
