/**
 * Whether these are an engine's words for a part of the code that could not be had. One that is on its way when the service worker stops
 * is lost (measured, Chromium 156), which is no fault of the job's or its input's. The words are those of Chromium and Firefox, and of
 * WebKit; no engine gives such an error a name of its own.
 */
export const isPartLost = (message: string): boolean =>
  /dynamically imported module|Importing a module script failed/i.test(message) || message.includes(LOST);

const LOST = 'A part of the code could not be loaded';

/** Of a part that is no module: what an engine says of it, it says of any request that fails. */
export const partLost = (part: string, cause: unknown): Error =>
  new Error(`${LOST}, ${part}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
