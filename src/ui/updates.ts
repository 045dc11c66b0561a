/** New versions of the app: one that waits takes over when the user wants it. */

/** Asks the site for one. Resolves with whether it has one; that it is ready is told by `newVersion`. */
export async function lookForUpdate(): Promise<boolean> {
  const registration = await navigator.serviceWorker.getRegistration();
  await registration?.update();
  return Boolean(registration?.installing ?? registration?.waiting);
}

/** Whether one is there that has not taken over yet. */
export const isWaiting = async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting);

/** Resolves when a new version waits to take over. */
export async function newVersion(): Promise<unknown> {
  if (!('serviceWorker' in navigator)) return new Promise(() => {});
  // Not needed for the first paint.
  const { Workbox } = (await import('workbox-window').catch(() => null)) ?? {};
  // Why a script cannot be registered is for `connect` to tell.
  const workbox = Workbox && new Workbox('sw.js');
  const registered = await workbox?.register({ immediate: true }).catch(() => undefined);
  const registration = registered ?? (await navigator.serviceWorker.getRegistration().catch(() => undefined));
  return registration ? waitingIn(registration) : new Promise(() => {});
}

/** Workbox stops listening after two updates, also when they could not be installed, and misses one that has begun before it listens. */
function waitingIn(registration: ServiceWorkerRegistration): Promise<void> {
  return new Promise((resolve) => {
    function look() {
      // The very first version waits for nobody.
      if (registration.waiting && registration.active) resolve();
      registration.installing?.addEventListener('statechange', look);
    }
    registration.addEventListener('updatefound', look);
    look();
  });
}
