import { effect } from '@preact/signals-core';
import { render } from 'lit/html.js';
import { language } from '../strings.js';

/** @param {string} id */
export const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Draws a part of the page, and again whenever something that it reads has changed. @param {string} id @param {() => unknown} template */
export function mount(id, template) {
  const element = part(id);
  effect(() => {
    void language.value;
    render(template(), element);
  });
}
