/**
 * Stops the service workers as Chromium does when it wants their memory back. Resolves when each that ran has been stopped.
 *
 * @param {import('@playwright/test').Page} page one that a service worker controls
 */
export async function stopServiceWorker(page) {
  const session = await page.context().newCDPSession(page);
  const running = new Set();
  const stopped = new Set();
  try {
    await new Promise((resolve, reject) => {
      session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
        for (const { versionId, runningStatus } of versions) {
          if (runningStatus === 'stopped' && running.has(versionId)) stopped.add(versionId);
          if (runningStatus !== 'running' || running.has(versionId)) continue;
          running.add(versionId);
          session.send('ServiceWorker.stopAllWorkers').catch(reject);
        }
        if (running.size > 0 && stopped.size === running.size) resolve(undefined);
      });
      session.send('ServiceWorker.enable').catch(reject);
    });
  } finally {
    await session.detach();
  }
}
