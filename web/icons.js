import { html } from 'lit/html.js';

/** Drawn on 16 × 16, in lines of the text's colour. */

export const up = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 13V3.5M3.5 7.5 8 3l4.5 4.5" /></svg>`;
export const down = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 3v9.5M3.5 8.5 8 13l4.5-4.5" /></svg>`;
export const back = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M9.5 4 5.5 8l4 4" /></svg>`;
export const forward = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="m6.5 4 4 4-4 4" /></svg>`;
export const plus = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 3v10M3 8h10" /></svg>`;
export const copy = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
  <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
  <path d="M10.5 3.2A1.5 1.5 0 0 0 9.3 2.5H4A1.5 1.5 0 0 0 2.5 4v5.3c0 .6.3 1 .7 1.2" />
</svg>`;
export const cross = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8M12 4l-8 8" /></svg>`;
export const grip = html`<svg class="icon dots" viewBox="0 0 16 16" aria-hidden="true">
  <path d="M6 3.5v0M10 3.5v0M6 8v0M10 8v0M6 12.5v0M10 12.5v0" />
</svg>`;
export const warning = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
  <path d="M8 2.2 14.4 13.5H1.6ZM8 6.4v3.3M8 11.6v.1" />
</svg>`;
export const check = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="m3 8.5 3.2 3.2L13 4.8" /></svg>`;
export const note = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
  <path d="M6 12V3.2l7-1.4v8.8" />
  <circle cx="4.2" cy="12" r="1.8" />
  <circle cx="11.2" cy="10.6" r="1.8" />
</svg>`;
export const film = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
  <rect x="1.8" y="3" width="12.4" height="10" rx="1.5" />
  <path d="M5 3v10M11 3v10M1.8 8h12.4" />
</svg>`;
