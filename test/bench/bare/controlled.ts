/** Registers the service worker beside this page, and resolves when it is in control. */
export async function controlled(): Promise<void> {
  const { serviceWorker } = navigator;
  await serviceWorker.register('sw.js');
  while (!serviceWorker.controller) {
    await new Promise((changed) => serviceWorker.addEventListener('controllerchange', changed, { once: true }));
  }
}
