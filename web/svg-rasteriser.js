/**
 * Draws SVG files for the workers, which cannot: as pictures, without their scripts and without anything that they would load. Each question
 * `{requestId, file, width, height, ownWidth, ownHeight}` is answered by `{requestId, image}`, an ImageBitmap, or `{requestId, problem}`.
 */

const MAX_BYTES = 16 * 1024 * 1024;
/** Elements, with everything that is used again counted at each use: a few lines can stand for billions. */
const MAX_ELEMENTS = 100_000;
const MAX_DEPTH = 256;
/** What elements and attributes called “style” are called while nobody may apply them. */
const STYLE = 'gran-unapplied-style';
const SVG = 'http://www.w3.org/2000/svg';

/** @param {{file: File | Blob | FileSystemFileHandle, width: number, height: number, ownWidth: number, ownHeight: number}} question */
export async function rasterise({ file, width, height, ownWidth, ownHeight }) {
  const blob = 'getFile' in file ? await file.getFile() : file;
  if (blob.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / 1024 ** 2} MB`);
  const svg = sized(await blob.text(), width, height, ownWidth, ownHeight);
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const picture = new Image();
    picture.src = address;
    await picture.decode().catch(() => Promise.reject(new Error('this browser does not understand it')));
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser gave no canvas to draw on');
    context.drawImage(picture, 0, 0, width, height);
    try {
      context.getImageData(0, 0, 1, 1);
    } catch {
      throw new Error('it holds parts of other pages, which nobody may read');
    }
    return canvas.transferToImageBitmap();
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * The drawing with the size that it is wanted at: browsers then draw it sharp. Without a box of its own it gets one, or it would be cut off.
 * @param {string} text
 * @param {number} width
 * @param {number} height
 * @param {number} ownWidth
 * @param {number} ownHeight
 */
function sized(text, width, height, ownWidth, ownHeight) {
  // Parsing neither runs nor loads anything, but the page's policy would complain of each style, which only the picture is to apply.
  const unstyled = text.replace(/(<\/?(?:[\w.-]+:)?|\s)style(?=[\s=/>])/g, `$1${STYLE}`);
  const drawing = new DOMParser().parseFromString(unstyled, 'image/svg+xml');
  const root = drawing.documentElement;
  if (root.namespaceURI !== SVG || root.localName !== 'svg' || drawing.querySelector('parsererror'))
    throw new Error('it is no whole drawing');
  if (countElements(root, drawing, 0, new Map()) > MAX_ELEMENTS) throw new Error('it has too many parts');
  if (!root.hasAttribute('viewBox')) root.setAttribute('viewBox', `0 0 ${ownWidth} ${ownHeight}`);
  root.setAttribute('width', String(width));
  root.setAttribute('height', String(height));
  return new XMLSerializer().serializeToString(drawing).replaceAll(STYLE, 'style');
}

/**
 * @param {Element} element
 * @param {Document} drawing
 * @param {number} depth
 * @param {Map<Element, number>} known
 * @returns {number} Infinity where it would never end
 */
function countElements(element, drawing, depth, known) {
  if (depth > MAX_DEPTH) return Infinity;
  const counted = known.get(element);
  if (counted !== undefined) return counted;
  known.set(element, Infinity); // for whatever uses itself
  let count = 1;
  for (const child of element.children) count += countElements(child, drawing, depth + 1, known);
  const link =
    element.localName === 'use' ? (element.getAttribute('href') ?? element.getAttributeNS('http://www.w3.org/1999/xlink', 'href')) : null;
  const used = link?.startsWith('#') ? drawing.getElementById(link.slice(1)) : null;
  if (used) count += countElements(used, drawing, depth + 1, known);
  known.set(element, count);
  return count;
}
