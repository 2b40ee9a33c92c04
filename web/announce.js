/** Says something to those who listen instead of looking. Live regions by id, since a modal dialog hides those outside it. */

/** @param {string} text @param {string} [region] id of an element with role=status or role=alert */
export function announce(text, region = 'page-status') {
  const element = document.getElementById(region);
  if (!element) return;
  element.textContent = '';
  // The same words twice in a row are news only if the region was empty in between.
  setTimeout(() => (element.textContent = text), 50);
}
