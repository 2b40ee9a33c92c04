/**
 * Keeps the whole app, so that it starts without a network: the files of one build, each checked by its hash, and nothing else. A person's
 * media never passes here. A new build waits until the page says that the person wants it.
 */
import { PrecacheController, PrecacheRoute } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { files } from 'virtual:site';

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const SHARE = new URL('./share', scope.registration.scope).pathname;
const INBOX = 'shared';

const bytesOf = new Map(files.map(({ url, bytes }) => [new URL(url, location.href).href, bytes]));
const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
let done = 0;
let installing = false;

const controller = new PrecacheController({
  plugins: [
    {
      // Not `reload`: the page has most of it already, and a hash tells whether that is the same.
      requestWillFetch: async ({ request }) => new Request(request, { cache: 'no-cache' }),
      handlerDidRespond: async ({ request }) => {
        if (!installing) return;
        done += bytesOf.get(request.url) ?? 0;
        await tellPages({ type: 'precache_progress', share: done / total });
      },
    },
  ],
});
controller.addToCacheList(files.map(({ url, hash }) => ({ url, revision: hash, integrity: hash })));
registerRoute(new PrecacheRoute(controller, { ignoreURLParametersMatching: [/.*/], directoryIndex: 'index.html', cleanURLs: false }));

scope.addEventListener('install', (event) => {
  installing = true;
  void controller.install(event).finally(() => (installing = false));
});

scope.addEventListener('activate', (event) => {
  void controller.activate(event);
  // The page that brought this service worker goes offline with it at once.
  event.waitUntil(scope.clients.claim());
});

scope.addEventListener('message', ({ data }) => {
  if (data?.type === 'activate_update') void scope.skipWaiting();
});

scope.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'POST' && new URL(url).pathname === SHARE) event.respondWith(receive(event.request));
});

/** What another app shares goes into the origin's private files, where the page finds it. @param {Request} request */
async function receive(request) {
  const inbox = await (await navigator.storage.getDirectory()).getDirectoryHandle(INBOX, { create: true });
  for (const file of (await request.formData()).getAll('files')) {
    if (!(file instanceof File) || !file.size) continue;
    const writable = await (await inbox.getFileHandle(file.name || 'shared', { create: true })).createWritable();
    await file.stream().pipeTo(writable);
  }
  return Response.redirect(`${scope.registration.scope}?shared`, 303);
}

/** @param {unknown} message */
async function tellPages(message) {
  for (const page of await scope.clients.matchAll({ includeUncontrolled: true })) page.postMessage(message);
}
