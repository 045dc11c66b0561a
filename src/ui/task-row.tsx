import type { Status, Task } from '../client/index.ts';
import type { Ready } from './app-model.ts';
import { duration, measured, moment, percent, said, speed } from './format.ts';
import { hrefOf } from './route.ts';
import type { Command, Row } from './row.ts';
import { StatusMark } from './status-mark.tsx';
import { strings } from './strings.ts';
import { TaskButtons } from './task-actions.tsx';
import { taskWords } from './task-end.tsx';

/** The few that are wanted at a glance; the task's own view has them all. */
const atHand: Record<Status, readonly Command[]> = {
  pending: ['cancel'],
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  completed: ['remove'],
  failed: ['retry', 'remove'],
  canceled: ['retry', 'remove'],
};

interface RowProps {
  row: Row;
  app: Ready;
  /** Its place in the list, and the list's length; -1 while that is not known. */
  at: number;
  of: number;
  /** In px from the list's beginning. */
  top: number;
}

export function TaskRow({ row, app, at, of, top }: RowProps) {
  const task = row.task.value;
  const title = app.types.titleOf(task);
  const names = app.names.summary(task);
  const selected = app.commands.selected.value.has(task.task_id);
  const named = names ? `${title}, ${names}` : title;
  return (
    <li
      class="task-row"
      data-task={task.task_id}
      data-selected={selected}
      aria-posinset={at + 1}
      aria-setsize={of}
      style={{ transform: `translateY(${top}px)` }}
    >
      <label class="check">
        <input
          type="checkbox"
          checked={selected}
          aria-label={strings.list.selectOne(named)}
          onChange={({ currentTarget }) => app.commands.select(task.task_id, currentTarget.checked)}
        />
      </label>
      <StatusMark row={row} />
      <p class="title">
        <a href={hrefOf({ view: 'task', task_id: task.task_id })}>
          {title}
          {names && (
            <>
              <span class="unseen">, </span>
              {/* The margin is the list's: a name of another direction has its own sides. */}
              <span class="names">
                <bdi>{names}</bdi>
              </span>
            </>
          )}
        </a>
        {task.tags.map((tag) => (
          <bdi key={tag} class="tag">
            {tag}
          </bdi>
        ))}
      </p>
      <p class="when soft small">
        <time dateTime={task.created_at}>{moment(task.created_at)}</time>
      </p>
      <p class="about soft small">
        <Facts facts={factsOf(task, row.rate.value, app)} />
      </p>
      {(task.status === 'running' || (task.status === 'paused' && task.progress > 0)) && (
        <progress
          aria-label={strings.task.progress(named)}
          max={100}
          {...(task.status === 'running' && task.total === null ? {} : { value: task.progress })}
        />
      )}
      <TaskButtons row={row} app={app} commands={atHand[task.status]} title={named} />
    </li>
  );
}

/** A fact is words, with a note of what they are where that matters to the eye. */
type Fact = string | { text: string; is: 'bad' | 'name' | 'elsewhere' | 'figure' };

function Facts({ facts }: { facts: readonly Fact[] }) {
  return facts.map((fact, i) => {
    const { text, is } = typeof fact === 'string' ? { text: fact, is: 'plain' } : fact;
    return (
      <bdi key={i} data-is={is}>
        {text}
      </bdi>
    );
  });
}

function factsOf(task: Task, rate: number | null, { waiting }: Ready): Fact[] {
  const { status, done, total, unit, started_at, finished_at } = task;
  const known = measured(task);
  switch (status) {
    case 'pending':
      return [waiting.reason(task), ...known, ...said(task)];
    case 'running':
      return [
        ...(total === null ? [] : [{ text: percent(task.progress), is: 'figure' as const }]),
        ...known,
        ...(rate === null ? [] : [speed(rate, unit), ...left(done, total, rate)]),
        ...(waiting.runsElsewhere(task) ? [{ text: strings.task.elsewhere, is: 'elsewhere' as const }] : []),
        ...said(task).map((text) => ({ text, is: 'name' as const })),
      ];
    case 'paused':
      return [...known, ...taskWords(task)];
    case 'completed':
      return [
        ...(started_at && finished_at
          ? [strings.task.took(duration(Date.parse(finished_at) - Date.parse(started_at)))]
          : []),
        ...known,
      ];
    case 'failed':
      return taskWords(task).map((text) => ({ text, is: 'bad' as const }));
    case 'canceled':
      return taskWords(task);
  }
}

const left = (done: number, total: number | null, rate: number): string[] =>
  total !== null && total > done ? [strings.task.left(duration(Math.ceil((total - done) / rate) * 1000))] : [];
