import { signal } from '@preact/signals-core';

/** Whether the list of exports is shown. */
export const drawer = signal(false);
/** On small windows the inspector slides in. */
export const inspectorOpen = signal(false);
