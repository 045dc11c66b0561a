import type { AppModel, Ready } from '../app-model.ts';
import { FoundTask } from '../found-task.tsx';
import { hrefOf, noFilter } from '../route.ts';
import { strings } from '../strings.ts';
import { TaskView } from './task-view.tsx';

/** A task's own view. */
export function TaskPage({ app, task_id, all }: { app: Ready; task_id: string; all: AppModel }) {
  const toList = () => all.router.go({ view: 'tasks', filter: noFilter });
  return (
    <main tabIndex={-1} class="single">
      <a class="back" href={hrefOf({ view: 'tasks', filter: noFilter })}>
        {strings.task.back}
      </a>
      <FoundTask app={app} task_id={task_id} all={all}>
        {(row) => <TaskView row={row} app={app} notices={all.notices} removed={toList} />}
      </FoundTask>
    </main>
  );
}
