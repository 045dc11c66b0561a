/** The offline shell: every file of the build is precached, and any page of the app is `index.html`. */
import { PrecacheController } from 'workbox-precaching/PrecacheController.js';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

export function offlineShell(scope: string) {
  const precache = new PrecacheController();
  precache.addToCacheList(self.__WB_MANIFEST);
  const index = new URL('index.html', scope).href;

  return {
    install: (event: ExtendableEvent) => precache.install(event),
    activate: (event: ExtendableEvent) => precache.activate(event),
    /** The answer to a request for a file of the build or for a page; undefined for anything else. */
    fetch({ request }: FetchEvent): Promise<Response> | undefined {
      if (request.method !== 'GET') return undefined;
      const url = new URL(request.url);
      url.hash = '';
      url.search = '';
      const isPage = request.mode === 'navigate' && (url.href === scope || url.href === index);
      const key = precache.getCacheKeyForURL(isPage ? index : url.href);
      if (!key) return undefined;
      // A file that the browser has evicted meanwhile still comes from the network.
      return caches.match(key).then((cached) => cached ?? fetch(request));
    },
  };
}
