/** Parts of the page's code that come later than the page. */

/** After a failure, in ms: the service worker that hands the part out may be on its way down or up. */
const AGAIN_MS = [100, 300, 1_000];

/**
 * Loads a part of the code; again, if it was lost on its way. Chromium asks for it anew then (seen, 156), other engines remember that it
 * failed: there the last failure is the first.
 */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  for (const ms of AGAIN_MS) {
    try {
      return await load();
    } catch {
      // What was wrong is told by the last one.
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }
  return load();
}
