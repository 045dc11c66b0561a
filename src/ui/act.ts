/** What a shortcut does, where the person is. */
import type { AppModel } from './app-model.ts';
import { can } from './commands-model.ts';
import type { Shortcut } from './keys.ts';
import { noFilter } from './route.ts';
import type { Command } from './row.ts';

/** False for one that means nothing here. */
export function actOn(shortcut: Shortcut, { stage, router, notices, keysShown }: AppModel): boolean {
  const ready = stage.peek();
  switch (shortcut) {
    case 'help':
      keysShown.value = true;
      return true;
    case 'start':
      router.go({ view: 'start', type: null, shared: null });
      return true;
    case 'tasks':
      router.go({ view: 'tasks', filter: noFilter });
      return true;
    case 'search':
      if (!['tasks', 'search'].includes(router.route.peek().view)) router.go({ view: 'tasks', filter: noFilter });
      requestAnimationFrame(() => document.querySelector<HTMLElement>('input[type="search"]')?.focus());
      return true;
    case 'undo':
      return notices.undo();
    case 'open':
      return false;
  }
  if (ready.kind !== 'ready') return false;
  const { commands, tasks } = ready;
  if (shortcut === 'leave') {
    if (commands.selected.peek().size === 0) return false;
    commands.letGo();
    return true;
  }
  if (shortcut === 'next' || shortcut === 'previous') return step(shortcut === 'next' ? 1 : -1);
  const task_id = taskInFocus() ?? taskOfPage(router);
  const row = task_id === undefined ? undefined : tasks.find(task_id);
  if (!row) return false;
  if (shortcut === 'select') {
    commands.select(row.task_id, !commands.selected.peek().has(row.task_id));
    return true;
  }
  const { status } = row.task.peek();
  const command: Command = shortcut === 'pause' && status === 'paused' ? 'resume' : shortcut;
  if (!can[command](status)) return false;
  if (command === 'remove') step(1) || step(-1);
  commands.carryOut(row, command);
  if (command === 'remove' && router.route.peek().view === 'task') router.go({ view: 'tasks', filter: noFilter });
  return true;
}

const taskInFocus = () => document.activeElement?.closest<HTMLElement>('[data-task]')?.dataset.task;

function taskOfPage({ route }: AppModel['router']): string | undefined {
  const now = route.peek();
  return now.view === 'task' || now.view === 'wire' ? now.task_id : undefined;
}

/** Moves the focus along the list. The rows that are near the screen are there; moving brings the next. */
function step(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('li[data-task]')];
  const now = rows.findIndex((row) => row.contains(document.activeElement));
  const next = now === -1 ? rows.find((row) => row.getBoundingClientRect().bottom > 0) : rows[now + by];
  if (!next) return false;
  next.querySelector<HTMLElement>('a')?.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
  return true;
}
