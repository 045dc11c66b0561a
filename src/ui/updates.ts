/** New versions of the app: Workbox tells of one that waits; it takes over when the user wants it. */
import { Workbox } from 'workbox-window';

/** Resolves when a new version waits to take over. */
export function newVersion(): Promise<unknown> {
  if (!('serviceWorker' in navigator)) return new Promise(() => {});
  const workbox = new Workbox('sw.js');
  const waiting = new Promise((resolve) => workbox.addEventListener('waiting', resolve));
  // Why a script cannot be registered is for `connect` to tell.
  workbox.register({ immediate: true }).catch(() => {});
  return waiting;
}
