import { signal } from '@preact/signals-core';
import { ExportWorkerClient } from './export-worker-client.js';
import { t } from './strings.js';

/** The one export engine of the page, which starts with it, and how it is. */
export const client = new ExportWorkerClient();
export const engine = signal(client.state);
client.addEventListener('statechange', () => (engine.value = client.state));

/** Why it failed, once it has. */
export const engineProblem = signal('');
const listen = () => client.ready.catch(({ message, cause }) => (engineProblem.value = cause ? `${message}\n${cause}` : message));
client.addEventListener('statechange', () => client.state === 'starting' && listen());
void listen();

/** Why this browser cannot export at all. @returns {string[]} */
export function missingFeatures() {
  return [
    ...(isSecureContext ? [] : [t.missing.insecure]),
    ...(typeof VideoEncoder === 'function' || !isSecureContext ? [] : [t.missing.webcodecs]),
    ...(typeof OffscreenCanvas === 'function' ? [] : [t.missing.canvas]),
  ];
}
