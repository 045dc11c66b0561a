import { useEffect, useMemo } from 'preact/hooks';
import { isFinished, type Task } from '../../client/index.ts';
import { algorithmNames } from '../algorithm-names.ts';
import type { Ready } from '../app-model.ts';
import { duration, moment } from '../format.ts';
import { algorithmIn, fileIdsIn } from '../json.ts';
import type { Notices } from '../notices-model.ts';
import type { Row } from '../row.ts';
import { StatusMark } from '../status-mark.tsx';
import { strings } from '../strings.ts';
import { TaskEnd } from '../task-end.tsx';
import { useHeading } from '../use-heading.ts';
import { Actions } from './actions.tsx';
import { Happened } from './happened.tsx';
import { Input } from './input.tsx';
import { Log } from './log.tsx';
import { createLog } from './log-model.ts';
import { Outputs } from './outputs.tsx';
import { Progress } from './progress.tsx';
import { Result } from './result.tsx';
import { Speed } from './speed.tsx';

interface ViewProps {
  row: Row;
  app: Ready;
  notices: Notices;
  /** Called when the task was removed. */
  removed(): void;
}

export function TaskView({ row, app, notices, removed }: ViewProps) {
  const heading = useHeading();
  const log = useMemo(() => createLog(app.client, row), [row]);
  useEffect(log.open, [log]);
  const task = row.task.value;
  const title = app.types.titleOf(task);
  const names = app.names.summary(task);
  const completed = task.status === 'completed';
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
      {!isFinished(task.status) && <Progress row={row} log={log} title={title} app={app} />}
      <TaskEnd task={task} />
      <Actions
        row={row}
        app={app}
        notices={notices}
        title={title}
        done={(command) => (command === 'remove' ? removed() : heading.current?.focus())}
      />
      {completed && <Result task={task} notices={notices} />}
      <Outputs task={task} client={app.client} notices={notices} zip={() => app.start.zip(task)} />
      <Happened log={log} mine={app.waiting.mine} />
      <Speed log={log} />
      <Log log={log} title={names ? `${title}, ${names}` : title} task_id={task.task_id} notices={notices} />
      <Input task={task} app={app} />
    </article>
  );
}

function about({ input, attempt, created_at, started_at, finished_at, tags }: Task): string[] {
  const texts = strings.task;
  const files = fileIdsIn(input).length;
  const algorithm = algorithmIn(input);
  return [
    files > 0 ? texts.files(files) : '',
    algorithm === null ? '' : (algorithmNames[algorithm] ?? algorithm),
    moment(created_at),
    started_at && finished_at ? texts.took(duration(Date.parse(finished_at) - Date.parse(started_at))) : '',
    attempt > 1 ? texts.attempt(attempt) : '',
    ...tags,
  ].filter(Boolean);
}
