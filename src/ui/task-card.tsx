import { useEffect, useRef } from 'preact/hooks';
import type { Task } from '../client/index.ts';
import type { Ready } from './app-model.ts';
import { duration, moment } from './format.ts';
import { algorithmIn, fileIdsIn } from './json.ts';
import type { Notices } from './notices-model.ts';
import { OutputFiles } from './output-files.tsx';
import { Result } from './result.tsx';
import type { Row } from './row.ts';
import { StatusMark } from './status-mark.tsx';
import { strings } from './strings.ts';
import { TaskActions } from './task-actions.tsx';
import { TaskEnd } from './task-end.tsx';
import { TaskProgress } from './task-progress.tsx';

interface CardProps {
  row: Row;
  app: Ready;
  notices: Notices;
  /** Called when the task was removed. */
  removed(): void;
}

export function TaskCard({ row, app, notices, removed }: CardProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const task = row.task.value;
  const title = app.types.titleOf(task);
  const names = app.names.summary(task);
  return (
    <article class="task" aria-labelledby="task-title" data-task={task.task_id}>
      <header>
        <h1 id="task-title" tabIndex={-1} ref={heading}>
          {title}
          {names && (
            <>
              {' '}
              <bdi class="names">{names}</bdi>
            </>
          )}
        </h1>
        <p class="soft small">{about(task).join(' · ')}</p>
        <StatusMark row={row} />
      </header>
      {(task.status === 'running' || task.status === 'paused' || task.status === 'pending') && (
        <TaskProgress task={task} rate={row.rate.value} title={title} waiting={app.waiting} />
      )}
      <TaskEnd task={task} />
      {task.status === 'completed' && <Result result={task.result} notices={notices} />}
      <footer class="row">
        <OutputFiles task={task} client={app.client} notices={notices} zip={() => app.start.zip(task)} />
        <TaskActions
          row={row}
          app={app}
          notices={notices}
          title={title}
          done={(command) => (command === 'remove' ? removed() : heading.current?.focus())}
        />
      </footer>
    </article>
  );
}

function about({ input, attempt, created_at, started_at, finished_at, tags }: Task): string[] {
  const texts = strings.task;
  const files = fileIdsIn(input).length;
  const algorithm = algorithmIn(input);
  return [
    files > 0 ? texts.files(files) : '',
    algorithm === null ? '' : (strings.algorithms[algorithm] ?? algorithm),
    moment(created_at),
    started_at && finished_at ? texts.took(duration(Date.parse(finished_at) - Date.parse(started_at))) : '',
    attempt > 1 ? texts.attempt(attempt) : '',
    ...tags,
  ].filter(Boolean);
}
