import type { Task } from '../client/index.ts';
import { duration } from './format.ts';
import { strings } from './strings.ts';

/** Why a task is paused, failed or stopped, in words. */
export function taskWords({ status, paused, message, error, stopped }: Task): string[] {
  if (status === 'paused') {
    // Which file it is stands in the task's message.
    const why = paused && paused.reason !== 'user' && strings.paused[paused.reason];
    return [...(why ? [message ?? '', why] : [strings.paused.user])].filter(Boolean);
  }
  if (error) return [error.detail];
  return [stopped ? strings.stopped[stopped.rung](duration(stopped.ms)) : strings.status[status]];
}

export function TaskEnd({ task }: { task: Task }) {
  const { error, stopped, status, paused } = task;
  return (
    <>
      {paused && paused.reason !== 'user' && <p class="why">{strings.paused[paused.reason]}</p>}
      {error && (
        <p class="why" data-is="bad">
          <strong>{error.title}</strong> <bdi>{error.detail}</bdi>
        </p>
      )}
      {stopped && <p class="why soft">{strings.stopped[stopped.rung](duration(stopped.ms))}</p>}
      {status === 'canceled' && <p class="why soft">{strings.task.fromStart}</p>}
    </>
  );
}
