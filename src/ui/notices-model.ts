/** What went wrong and was not the task's own affair, and what a screen reader is told. */
import { signal } from '@preact/signals';
import { words } from './format.ts';
import { strings } from './strings.ts';

export interface Notice {
  id: number;
  text: string;
}

const AT_MOST = 5;

export type Notices = ReturnType<typeof createNotices>;

export function createNotices() {
  const list = signal<readonly Notice[]>([]);
  const spoken = signal('');
  let newest = 0;
  let unspoken: string[] = [];

  function show(text: string) {
    if (list.peek().some((notice) => notice.text === text)) return;
    newest += 1;
    list.value = [...list.peek(), { id: newest, text }].slice(-AT_MOST);
  }

  return {
    list,
    spoken,
    show,
    failed: (error: unknown) => show(strings.notices.unexpected(words(error))),
    dismiss(id: number) {
      list.value = list.peek().filter((notice) => notice.id !== id);
    },
    /** Said politely; what comes in the same moment is said as one. */
    say(text: string) {
      unspoken.push(text);
      if (unspoken.length > 1) return;
      queueMicrotask(() => {
        spoken.value = unspoken.length > 3 ? strings.announce.several(unspoken.length) : unspoken.join('. ');
        unspoken = [];
      });
    },
  };
}
