/** Work that is worth keeping is a reason to ask that the browser does not evict it. */

let asked = false;

/** Once: where the browser asks the person, each call asks again. The answer changes nothing here. */
export function askToKeep() {
  if (!asked) navigator.storage?.persist?.().catch(() => {});
  asked = true;
}
