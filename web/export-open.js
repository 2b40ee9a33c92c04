/** The export dialog, which is fetched when it is first wanted. */
export async function openExport() {
  if (document.querySelector('dialog[open]')) return;
  const { openExportDialog } = await import('./export-dialog.js');
  openExportDialog();
}

/** @param {number} id of a job */
export async function showExport(id) {
  const { showJob } = await import('./export-dialog.js');
  showJob(id);
}
