import { signal } from '@preact/signals-core';

/** Whether the film is shown as a table instead of tracks. */
export const listShown = signal(false);
