/**
 * Stops the service workers as Chromium does when it wants their memory back. Resolves when one is stopped.
 *
 * @param {import('@playwright/test').Page} page one that a service worker controls
 */
export async function stopServiceWorker(page) {
  const session = await page.context().newCDPSession(page);
  const running = new Set();
  try {
    await new Promise((resolve, reject) => {
      session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
        for (const { versionId, runningStatus } of versions) {
          if (runningStatus === 'stopped' && running.has(versionId)) resolve(undefined);
          if (runningStatus !== 'running' || running.has(versionId)) continue;
          running.add(versionId);
          session.send('ServiceWorker.stopAllWorkers').catch(reject);
        }
      });
      session.send('ServiceWorker.enable').catch(reject);
    });
  } finally {
    await session.detach();
  }
}
