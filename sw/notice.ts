/** A notification that was clicked leads to its task: in a window that is there, or a new one. */
declare const self: ServiceWorkerGlobalScope;

export async function openFrom({ data }: Notification): Promise<void> {
  const { scope } = self.registration;
  const hash: unknown = data?.hash;
  const url = new URL(typeof hash === 'string' && hash.startsWith('#/') ? hash : '#/', scope);
  const windows = await self.clients.matchAll({ type: 'window' });
  const [found] = windows.filter((each) => each.url.startsWith(scope));
  if (!found) return void (await self.clients.openWindow(url));
  const focused = await found.focus();
  if (focused.url !== url.href) await focused.navigate(url);
}
