/** The sample clips, from the page's own origin. */

// Each address in full, so that the bundler sees which files the page needs.
const FILES = [
  { name: 'dawn.webm', url: new URL('./sample/dawn.webm', import.meta.url) },
  { name: 'tide.webm', url: new URL('./sample/tide.webm', import.meta.url) },
  { name: 'shore.webm', url: new URL('./sample/shore.webm', import.meta.url) },
];

/** @returns {Promise<File[]>} */
export async function loadSample() {
  return Promise.all(
    FILES.map(async ({ name, url }) => {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      return new File([await response.blob()], name, { type: 'video/webm' });
    }),
  );
}
