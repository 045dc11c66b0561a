/** Trusted Types, where there are any: text becomes no markup and no code, and a script's address is one of this origin. */

interface Factory {
  defaultPolicy: object | null;
  createPolicy(name: 'default', rules: { createScriptURL(url: string): string }): object;
}

/**
 * Lets workers and the service worker be started from this origin's scripts; whatever else the policy `require-trusted-types-for 'script'`
 * asks for is refused by it. To be called first in each thread: bundlers want to see `new Worker(new URL(…))` and nothing around the address.
 */
export function trustOwnScripts(): void {
  const { trustedTypes, location } = globalThis as typeof globalThis & { trustedTypes?: Factory };
  if (!trustedTypes || trustedTypes.defaultPolicy) return;
  trustedTypes.createPolicy('default', {
    createScriptURL(url) {
      if (new URL(url, location.href).origin === location.origin) return url;
      throw new TypeError(`${url} is no script of this origin.`);
    },
  });
}
