/** The tab's title and icon: what is looked at, and how far what runs has come. */
import { effect } from '@preact/signals';
import type { Ready } from '../app-model.ts';
import { percent } from '../format.ts';
import { paced } from '../pacing.ts';
import { language } from '../preferences.ts';
import type { Router } from '../route.ts';
import { strings } from '../strings.ts';
import { iconOf } from './icon.ts';

/** A new icon costs the browser more than a task of a moment costs us. */
const SHOWN_MS = 250;

/** Returns the stop. */
export function showInTab(app: Ready, router: Router): () => void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const plain = icon?.href ?? '';
  let shown = plain;
  let next: { title: string; href: string } | null = null;
  const show = paced(SHOWN_MS, () => {
    if (!next) return;
    document.title = next.title;
    if (!icon || next.href === shown) return;
    icon.href = next.href;
    shown = next.href;
  });
  const stop = effect(() => {
    // Another language has other words.
    language.value;
    const { title, progress } = stateOf(app, router);
    next = { title, href: progress === null ? plain : iconOf(progress) };
    show();
  });
  return () => {
    stop();
    next = null;
  };
}

/** On a task's page it is that task's; elsewhere that of all that run and say how far they are. */
function stateOf({ tasks, types, names }: Ready, router: Router): { title: string; progress: number | null } {
  const route = router.route.value;
  const own = route.view === 'task' ? tasks.shown(route.task_id) : undefined;
  const task = own?.task.value;
  const measured = (task ? [task] : tasks.running.value.map((row) => row.task.value)).filter(
    ({ status, total }) => status === 'running' && total !== null,
  );
  const progress =
    measured.length === 0 ? null : measured.reduce((sum, each) => sum + each.progress, 0) / measured.length;
  const named = task ? [types.titleOf(task), names.summary(task)].filter(Boolean).join(' ') : '';
  const words = [progress === null ? '' : percent(progress), named, strings.name];
  return { title: words.filter(Boolean).join(' · '), progress };
}
