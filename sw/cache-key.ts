/** What a file of the build is called in the cache. */
import type { BuiltFile } from './precache.ts';

/** As Workbox has it, which fills the cache: the address, with the revision of what is not named after its content. */
export function cacheKeyOf({ url, revision }: BuiltFile, base: string): string {
  const { href } = new URL(url, base);
  return revision ? `${href}?__WB_REVISION__=${revision}` : href;
}
