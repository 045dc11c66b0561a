/** Lets the thread take its waiting messages, so that others have their turn; unlike a timer it is not clamped to 4 ms. */
export function messageHop() {
  const { port1, port2 } = new MessageChannel();
  const hop = () =>
    new Promise<void>((resolve) => {
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  return Object.assign(hop, { close: () => port1.close() });
}
