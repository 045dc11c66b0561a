/** The files of the build, fetched and kept while this version is installed. */
import { PrecacheController } from 'workbox-precaching/PrecacheController.js';

export interface BuiltFile {
  url: string;
  revision: string | null;
}

/** A controller fetches one file after the other, and the first visit waits for all of them. */
const LANES = 6;

/** Rejects, and keeps this version from being installed, unless every file is there. What is kept is what `guarded` makes of it. */
export function precache(
  event: ExtendableEvent,
  cacheName: string,
  files: BuiltFile[],
  guarded: (file: Response) => Response,
): Promise<unknown> {
  const plugins = [
    { cacheWillUpdate: async ({ response }: { response: Response }) => (response.ok ? guarded(response) : null) },
  ];
  const lanes = Array.from({ length: Math.min(LANES, files.length) }, (_, lane) => {
    const controller = new PrecacheController({ cacheName, plugins });
    controller.addToCacheList(files.filter((_file, i) => i % LANES === lane));
    return controller.install(event);
  });
  return Promise.all(lanes);
}
