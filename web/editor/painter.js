import { signal } from '@preact/signals-core';

/** What paints inside of clips; it comes when the page itself is painted. @type {import('@preact/signals-core').Signal<typeof import('./strip.js').stripOf | undefined>} */
export const painter = signal(undefined);
