/** The page's parts, for those who go from one to the next with F6. */

const PANELS = ['top-bar', 'bin', 'stage', 'inspector', 'timeline'];
const FOCUSABLE = 'button:not(:disabled), input:not(:disabled, [tabindex="-1"]), select:not(:disabled), textarea, summary, [tabindex="0"]';

/** @param {1 | -1} direction */
export function nextPanel(direction) {
  const at = PANELS.findIndex((id) => document.getElementById(id)?.contains(document.activeElement));
  for (let n = 1; n <= PANELS.length; n += 1) {
    const panel = document.getElementById(PANELS[(at + direction * n + PANELS.length * 2) % PANELS.length]);
    const first = [...(panel?.querySelectorAll(panel.id === 'timeline' ? '.clip[tabindex="0"], .tl-playhead' : FOCUSABLE) ?? [])].find(
      (element) => element.checkVisibility({ visibilityProperty: true }),
    );
    if (first instanceof HTMLElement) return first.focus();
  }
}
