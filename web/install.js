import { signal } from '@preact/signals-core';

/**
 * To install the app is offered in the menu, and never by itself.
 *
 * @typedef {Event & {prompt(): Promise<unknown>}} Offer
 */

/** The browser's, while there is one. @type {import('@preact/signals-core').Signal<Offer | undefined>} */
export const offer = signal(undefined);

export function keepOffer() {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer.value = /** @type {Offer} */ (event);
  });
  addEventListener('appinstalled', () => (offer.value = undefined));
}

/** In a click. An offer can be taken up once. */
export async function install() {
  const now = offer.value;
  offer.value = undefined;
  await now?.prompt();
}
