/** The offline shell: the files of the build are precached, or cached when they are first used, and any page of the app is `index.html`. */
import { cacheKeyOf } from './cache-key.ts';
import { onDemand } from './on-demand.ts';
import { guarded } from './policy.ts';
import type { BuiltFile } from './precache.ts';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: BuiltFile[] };

/** What is cached when it is first used: codecs, and the tables of characters that few PDFs need. */
const ON_DEMAND = /\.(?:wasm|bcmap)$/;

export function offlineShell(scope: string) {
  const files: BuiltFile[] = self.__WB_MANIFEST;
  /** As Workbox names it: what an earlier version kept is in the same one. */
  const cacheName = `workbox-precache-v2-${scope}`;
  const keys = new Map(files.map((file) => [new URL(file.url, scope).href, cacheKeyOf(file, scope)]));
  const index = new URL('index.html', scope).href;
  /** The folder of the files that are named after their content; in the cache, its own address has the list of this version's. */
  const folder = new URL('assets/', scope).href;

  /** Pages of the version before may still ask for parts that they have not loaded yet: those stay, and what is older goes. */
  async function dropOlder(): Promise<void> {
    const cache = await caches.open(cacheName);
    const ours = [...keys.values()];
    const before: unknown = await (await cache.match(folder))?.json();
    const kept = new Set([folder, ...ours, ...(Array.isArray(before) ? before : [])]);
    for (const request of await cache.keys()) if (!kept.has(request.url)) await cache.delete(request);
    await cache.put(folder, Response.json(ours));
  }

  /** A file that the browser has evicted meanwhile, or a large one that few need: that one is kept until the next version. */
  async function fromNetwork(request: Request, key: string): Promise<Response> {
    const response = guarded(await fetch(request));
    // Some hosts answer with a page for what they do not have.
    const isFile = response.ok && !response.headers.get('Content-Type')?.startsWith('text/html');
    if (ON_DEMAND.test(key) && isFile) {
      const cache = await caches.open(cacheName);
      // That there is no room for it is no reason to go without it now.
      await cache.put(key, response.clone()).catch(() => {});
    }
    return response;
  }

  const otherPart = (url: string) => (url.startsWith(folder) && url !== folder ? url : undefined);

  return {
    install: async (event: ExtendableEvent) => onDemand().precache(event, cacheName, files, guarded),
    activate: dropOlder,
    /** The answer to a request for a file of the build or for a page; undefined for anything else. */
    fetch({ request }: FetchEvent): Promise<Response> | undefined {
      if (request.method !== 'GET') return undefined;
      const url = new URL(request.url);
      url.hash = '';
      url.search = '';
      const isPage = request.mode === 'navigate' && (url.href === scope || url.href === index);
      const key = keys.get(isPage ? index : url.href) ?? otherPart(url.href);
      if (!key) return undefined;
      // What a fetch event's own address has in a cache Chromium hands out through the service worker's thread, and breaks off when that
      // is stopped (measured, 156). The fragment makes it another address of the same file, which comes from the cache itself.
      return caches
        .match(`${key}#`)
        .then((cached) => cached ?? fromNetwork(request, key))
        .then(guarded);
    },
  };
}
