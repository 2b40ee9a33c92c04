import { html, nothing } from 'lit/html.js';
import { copyButton } from '../copy-button.js';
import { client, engine, engineProblem, missingFeatures } from '../engine.js';
import { icon } from '../icons.js';
import { t } from '../strings.js';
import { lockNote } from './project-lock.js';

/** What stands in the way, under the upper bar. */

export function notes() {
  const missing = missingFeatures();
  return html`${missing.length ? html`<p class="banner" role="alert">${icon('triangle-alert')}<span>${t.missing.intro} ${missing.join('; ')}. ${t.missing.advice}</span></p>` : nothing}
    ${engine.value === 'failed' ? engineFailed() : nothing} ${lockNote()}
    <p class="banner small-screen">${icon('circle-help')}<span>${t.smallScreen}</span></p>`;
}

function engineFailed() {
  return html`<div class="banner" role="alert">
    ${icon('triangle-alert')}
    <div>
      <p>
        ${t.engine.advice} <button type="button" class="small" @click=${() => client.restart().catch(() => {})}>${t.engine.retry}</button>
      </p>
      <details>
        <summary>${t.failed.details}</summary>
        <pre tabindex="0">${engineProblem.value}</pre>
        ${copyButton(engineProblem.value)}
      </details>
    </div>
  </div>`;
}
