import type { Task } from '../client/index.ts';
import { duration } from './format.ts';
import { strings } from './strings.ts';

/** Why a task waits, failed or stopped, in words. */
export function TaskEnd({ task }: { task: Task }) {
  const { error, stopped } = task;
  const why = paused(task);
  return (
    <>
      {why.map((text) => (
        <p key={text} class="why">
          <bdi>{text}</bdi>
        </p>
      ))}
      {error && (
        <p class="why" data-is="bad">
          <strong>{error.title}</strong> <bdi>{error.detail}</bdi>
        </p>
      )}
      {stopped && <p class="why soft">{strings.stopped[stopped.rung](duration(stopped.ms))}</p>}
    </>
  );
}

function paused({ paused }: Task): string[] {
  if (!paused || paused.reason === 'user') return [];
  // Which file it is stands in the task's message.
  return [strings.paused[paused.reason]];
}
