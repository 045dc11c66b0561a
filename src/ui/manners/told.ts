/** A word when a long task ends while nobody looks. The browser is asked for it only when the person wants it. */
import { effect, untracked } from '@preact/signals';
import type { Task } from '../../client/index.ts';
import type { Ready } from '../app-model.ts';
import { duration } from '../format.ts';
import type { Notices } from '../notices-model.ts';
import { notify } from '../preferences.ts';
import { hrefOf } from '../route.ts';
import { strings } from '../strings.ts';
import { canNotify, wantNotifications } from './wishes.ts';

/** Who waits no longer than this waits in front of it. */
export const LONG_MS = 30_000;

interface Known {
  tasks: Pick<Ready['tasks'], 'ended' | 'running'>;
  types: Pick<Ready['types'], 'titleOf'>;
  names: Pick<Ready['names'], 'summary'>;
}

/** Returns the stop. */
export function tellOfEnds(
  { tasks, types, names }: Known,
  notices: Pick<Notices, 'ask' | 'show' | 'failed'>,
): () => void {
  let unseen = 0;
  let offered = false;
  const clear = () => {
    unseen = 0;
    navigator.clearAppBadge?.().catch(() => {});
  };
  const seen = () => {
    if (document.hidden) return;
    clear();
    // Somebody comes back to a task that has run for long: now it makes sense to ask.
    if (offered || notify.peek() || !canNotify || Notification.permission !== 'default') return;
    if (!tasks.running.peek().some((row) => ranFor(row.task.peek(), Date.now()) >= LONG_MS)) return;
    offered = true;
    notices.ask(strings.manners.offer, {
      label: strings.manners.accept,
      run: () => void wantNotifications(notices),
    });
  };
  document.addEventListener('visibilitychange', seen);
  // An earlier visit may have ended while nobody looked.
  if (!document.hidden) clear();

  const tell = (task: Task) => {
    if (!document.hidden || ranFor(task, Date.parse(task.finished_at ?? '')) < LONG_MS) return;
    unseen += 1;
    navigator.setAppBadge?.(unseen).catch(() => {});
    if (!notify.peek() || !canNotify || Notification.permission !== 'granted') return;
    show(task, [types.titleOf(task), names.summary(task)].filter(Boolean).join(' ')).catch(notices.failed);
  };
  const stop = effect(() => {
    const task = tasks.ended.value;
    // Once: a name that is learned later is no second end.
    if (task) untracked(() => tell(task));
  });

  return () => {
    stop();
    document.removeEventListener('visibilitychange', seen);
  };
}

const ranFor = ({ started_at }: Task, until: number): number => (started_at ? until - Date.parse(started_at) : 0);

/** By the service worker: a phone shows no other. Several tabs show one, by its tag. */
async function show(task: Task, title: string): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  await registration.showNotification(strings.manners.ended(title, task.status), {
    body: strings.manners.took(duration(ranFor(task, Date.parse(task.finished_at ?? '')))),
    tag: task.task_id,
    data: { hash: hrefOf({ view: 'task', task_id: task.task_id }) },
  });
}
