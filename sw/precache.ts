/** The files of the build, fetched and kept while this version is installed. */
import { PrecacheController } from 'workbox-precaching/PrecacheController.js';

export interface BuiltFile {
  url: string;
  revision: string | null;
}

/** A controller fetches one file after the other, and the first visit waits for all of them. */
const LANES = 6;

/** Rejects, and keeps this version from being installed, unless every file is there. */
export function precache(event: ExtendableEvent, cacheName: string, files: BuiltFile[]): Promise<unknown> {
  const lanes = Array.from({ length: Math.min(LANES, files.length) }, (_, lane) => {
    const controller = new PrecacheController({ cacheName });
    controller.addToCacheList(files.filter((_file, i) => i % LANES === lane));
    return controller.install(event);
  });
  return Promise.all(lanes);
}
