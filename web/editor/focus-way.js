/** How the focus came to where it is: who clicks goes on with the keys of the film, who comes by key with those of what has the focus. */

/** @type {Node | undefined} */
let clicked;
addEventListener('pointerdown', ({ target }) => (clicked = target instanceof Node ? target : undefined), { capture: true });
addEventListener('keydown', ({ key }) => (key === 'Tab' || key === 'F6') && (clicked = undefined), { capture: true });

/** Nothing was clicked since the last step by key from one thing to the next. */
export const cameByKey = () => clicked === undefined;

/** @param {Element} element that has the focus */
export const wasClicked = (element) => clicked !== undefined && element.contains(clicked);
