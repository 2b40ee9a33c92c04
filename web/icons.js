import { html } from 'lit/html.js';

/** @typedef {(typeof import('./icon-names.js').ICON_NAMES)[number]} IconName */

/** @param {IconName} name */
export const icon = (name) => html`<svg class="icon" aria-hidden="true"><use href="#icon-${name}"></use></svg>`;
