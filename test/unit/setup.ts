/** What the browsers have and Node 20 has not, and Workbox's switch for its log, which it looks for in a service worker. */
Promise.withResolvers ??= <T>() => {
  let resolve: (value: T | PromiseLike<T>) => void = () => {};
  let reject: (reason?: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};

Object.assign(globalThis, { __WB_DISABLE_DEV_LOGS: true });
