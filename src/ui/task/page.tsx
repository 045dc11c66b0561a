import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AppModel, Ready } from '../app-model.ts';
import { Empty } from '../empty.tsx';
import { hrefOf, noFilter } from '../route.ts';
import type { Row } from '../row.ts';
import { strings } from '../strings.ts';
import { TaskView } from './task-view.tsx';

type Found = { kind: 'loading' } | { kind: 'found'; row: Row } | { kind: 'gone' };

/** A task's own view. */
export function TaskPage({ app, task_id, all }: { app: Ready; task_id: string; all: AppModel }) {
  const texts = strings.task;
  const found = useSignal<Found>({ kind: 'loading' });
  const toList = () => all.router.go({ view: 'tasks', filter: noFilter });
  useEffect(() => {
    scrollTo(0, 0);
    app.tasks.load(task_id).then((row) => {
      found.value = row ? { kind: 'found', row } : { kind: 'gone' };
    }, all.notices.failed);
  }, []);
  return (
    <main tabIndex={-1} class="single">
      <a class="back" href={hrefOf({ view: 'tasks', filter: noFilter })}>
        {texts.back}
      </a>
      {found.value.kind === 'loading' && <p role="status">{texts.loading}</p>}
      {found.value.kind === 'gone' && <Empty isAll title={texts.gone} about={texts.goneAbout} />}
      {found.value.kind === 'found' && (
        <TaskView row={found.value.row} app={app} notices={all.notices} removed={toList} />
      )}
    </main>
  );
}
