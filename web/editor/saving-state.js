import { signal } from '@preact/signals-core';

/** @typedef {{state: 'none' | 'saving' | 'saved' | 'failed', at: Date, retry?: () => void}} Saving */

/** Whether the last change is on the disk. @type {import('@preact/signals-core').Signal<Saving>} */
export const saving = signal({ state: 'none', at: new Date() });
