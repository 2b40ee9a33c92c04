import { html, nothing, render } from 'lit/html.js';
import { inWords, t } from '../strings.js';

/**
 * What became of a file of another program, line by line.
 *
 * @import { OtioReport } from '../export-worker-client.js'
 */

/** @param {OtioReport} report */
export function openReport(report) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('dialog'));
  dialog.className = 'help';
  dialog.setAttribute('aria-labelledby', 'report-heading');
  render(view(report, dialog), dialog);
  dialog.showModal();
}

/** @param {OtioReport} report @param {HTMLDialogElement} dialog */
function view(report, dialog) {
  const part = (/** @type {keyof OtioReport} */ name) =>
    report[name].length
      ? html`<section class="report">
          <h3>${t.report[name]}</h3>
          <ul>
            ${report[name].map((line) => html`<li>${inWords(line)}</li>`)}
          </ul>
        </section>`
      : nothing;
  return html`<div class="message">
    <h2 id="report-heading">${t.report.heading}</h2>
    ${part('approximated')} ${part('ignored')} ${part('kept')}
    <div class="footer">
      <span class="summary"></span><button type="button" class="primary" autofocus @click=${() => dialog.close()}>${t.close}</button>
    </div>
  </div>`;
}
