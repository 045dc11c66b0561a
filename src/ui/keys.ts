/** What keys do. A single key never acts while somebody types, and not at all when the person has switched that off. */
import { singleKeys } from './preferences.ts';
import type { strings } from './strings.ts';

export type Shortcut = Exclude<keyof typeof strings.keys, 'title' | 'single' | 'close'>;

/** In the order in which the list shows them. */
export const shortcuts: Record<Shortcut, readonly string[]> = {
  start: ['n'],
  tasks: ['t'],
  search: ['/'],
  next: ['j'],
  previous: ['k'],
  open: ['Enter'],
  select: ['x'],
  pause: ['p'],
  cancel: ['c'],
  retry: ['r'],
  remove: ['Delete'],
  undo: ['u'],
  leave: ['Escape'],
  help: ['?'],
};

const byKey = new Map(Object.entries(shortcuts).flatMap(([name, keys]) => keys.map((key) => [key, name as Shortcut])));

/** Calls `act` for a shortcut; it gives false for one that means nothing here. Returns the stop. */
export function listenToKeys(act: (shortcut: Shortcut) => boolean): () => void {
  const end = new AbortController();
  const heard = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    const shortcut = byKey.get(event.key);
    if (!shortcut || isTyping(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key.length === 1 && !singleKeys.peek()) return;
    // Enter does what it always does: it follows the link that has the focus.
    if (shortcut === 'open') return;
    if (act(shortcut)) event.preventDefault();
  };
  addEventListener('keydown', heard, { signal: end.signal });
  return () => end.abort();
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type)));
