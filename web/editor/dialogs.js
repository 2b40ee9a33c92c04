/** Dialogs that are fetched when they are opened. */

export async function openHelp() {
  (await import('./help.js')).openHelp();
}
