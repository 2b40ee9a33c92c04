import { signal } from '@preact/signals-core';

/** Where the browser remembers which project was open. */
export const LAST = 'gran-last-project';
/** Of the project that is open. */
export const projectId = signal('');
