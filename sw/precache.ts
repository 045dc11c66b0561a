/** The files of the build, fetched and kept while this version is installed. */
import { PrecacheController } from 'workbox-precaching/PrecacheController.js';

export interface BuiltFile {
  url: string;
  revision: string | null;
}

/** Rejects, and keeps this version from being installed, unless every file is there. */
export function precache(event: ExtendableEvent, cacheName: string, files: BuiltFile[]): Promise<unknown> {
  const controller = new PrecacheController({ cacheName });
  controller.addToCacheList(files);
  return controller.install(event);
}
