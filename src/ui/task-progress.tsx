import type { Task } from '../client/index.ts';
import { amount, duration, percent, speed } from './format.ts';
import { strings } from './strings.ts';
import type { Waiting } from './waiting-model.ts';

interface ProgressProps {
  task: Task;
  rate: number | null;
  title: string;
  waiting: Waiting;
}

export function TaskProgress({ task, rate, title, waiting }: ProgressProps) {
  const { status, progress, message, total } = task;
  const unmeasured = status === 'running' && total === null;
  return (
    <div class="progress">
      <progress aria-label={strings.task.progress(title)} max={100} {...(unmeasured ? {} : { value: progress })} />
      <p class="figures">
        {!unmeasured && <strong>{percent(progress)}</strong>}
        {figures(task, rate).map((figure) => (
          <span key={figure}>{figure}</span>
        ))}
        {status === 'pending' && <span>{waiting.reason(task)}</span>}
        {waiting.runsElsewhere(task) && <span data-is="elsewhere">{strings.task.elsewhere}</span>}
      </p>
      {message && (
        <p class="message">
          <bdi>{message}</bdi>
        </p>
      )}
    </div>
  );
}

function figures({ status, done, total, unit }: Task, rate: number | null): string[] {
  const known = total !== null || done > 0 ? [amount(done, total, unit)] : [];
  if (status !== 'running' || rate === null) return known;
  const left =
    total !== null && total > done ? [strings.task.left(duration(Math.ceil((total - done) / rate) * 1000))] : [];
  return [...known, speed(rate, unit), ...left];
}
