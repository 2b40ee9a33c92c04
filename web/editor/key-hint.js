import { signal } from '@preact/signals-core';

/**
 * The keys of actions, for tooltips. They come when the page is painted.
 * @type {import('@preact/signals-core').Signal<((action: import('./key-profiles.js').Action) => string) | undefined>}
 */
export const keyHint = signal(undefined);

/** @param {string} name @param {import('./key-profiles.js').Action} action */
export const withKey = (name, action) => (keyHint.value ? `${name} (${keyHint.value(action)})` : name);
