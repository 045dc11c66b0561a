/** What went wrong and was not the task's own affair, what can be undone, and what a screen reader is told. */
import { signal } from '@preact/signals';
import { words } from './format.ts';
import { strings } from './strings.ts';

export interface Notice {
  id: number;
  text: string;
  bad: boolean;
  /** What can be done about it; `gone` is called when the chance has passed. */
  action?: { label: string; run(): void; gone?(): void };
  /** Whether the action takes back what was done. */
  undoes: boolean;
}

const AT_MOST = 5;
/** WCAG 2.2.1 asks for more time than this only where nothing else undoes; the pointer or the focus on it holds it. */
const UNDO_MS = 10_000;

export type Notices = ReturnType<typeof createNotices>;

export function createNotices() {
  const list = signal<readonly Notice[]>([]);
  const spoken = signal('');
  let newest = 0;
  let unspoken: string[] = [];
  let held = false;
  const timers = new Map<number, ReturnType<typeof setTimeout>>();

  function add(notice: Omit<Notice, 'id'>): number {
    newest += 1;
    const all = [...list.peek(), { ...notice, id: newest }];
    for (const { id } of all.slice(0, -AT_MOST)) dismiss(id);
    list.value = all.slice(-AT_MOST);
    return newest;
  }

  function show(text: string) {
    if (!list.peek().some((notice) => notice.text === text)) add({ text, bad: true, undoes: false });
  }

  function take(id: number): Notice | undefined {
    clearTimeout(timers.get(id));
    timers.delete(id);
    const found = list.peek().find((notice) => notice.id === id);
    list.value = list.peek().filter((notice) => notice.id !== id);
    return found;
  }

  function addForAWhile(notice: Omit<Notice, 'id'>) {
    const id = add(notice);
    if (!held) countDown(id);
  }

  const dismiss = (id: number) => take(id)?.action?.gone?.();
  const act = (id: number) => take(id)?.action?.run();

  function countDown(id: number) {
    clearTimeout(timers.get(id));
    timers.set(
      id,
      setTimeout(() => dismiss(id), UNDO_MS),
    );
  }

  /** Said politely; what comes in the same moment is said as one. */
  function say(text: string) {
    unspoken.push(text);
    if (unspoken.length > 1) return;
    queueMicrotask(() => {
      spoken.value = unspoken.length > 3 ? strings.announce.several(unspoken.length) : unspoken.join('. ');
      unspoken = [];
    });
  }

  return {
    list,
    spoken,
    show,
    say,
    failed: (error: unknown) => show(strings.notices.unexpected(words(error))),
    dismiss,
    act,

    /** Something that was done, and for a while can be undone. */
    offer(text: string, action: NonNullable<Notice['action']>) {
      addForAWhile({ text, bad: false, action, undoes: true });
    },

    /** A question, which its own button answers, and no key that undoes. */
    ask(text: string, action: NonNullable<Notice['action']>) {
      addForAWhile({ text, bad: false, action, undoes: false });
    },

    /** Undoes what was done last; false when there is nothing. */
    undo(): boolean {
      const last = list.peek().findLast(({ undoes }) => undoes);
      if (last) act(last.id);
      return last !== undefined;
    },

    /** While somebody looks at them, none goes away. */
    hold(now: boolean) {
      held = now;
      for (const { id, action } of list.peek()) {
        if (!action) continue;
        if (held) clearTimeout(timers.get(id));
        else countDown(id);
      }
    },

    /** The page goes away: what was only waiting to be undone happens. */
    settle() {
      for (const { id, action } of list.peek()) if (action) dismiss(id);
    },
  };
}
