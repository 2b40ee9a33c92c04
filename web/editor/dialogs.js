/** Dialogs that are fetched when they are opened. */

/** @param {import('../export-worker-client.js').OtioReport} report */
export async function openReport(report) {
  (await import('./import-report.js')).openReport(report);
}

export async function openHelp() {
  (await import('./help.js')).openHelp();
}
