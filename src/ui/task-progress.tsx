import type { Task } from '../client/index.ts';
import { amount, duration, moment, percent, size } from './format.ts';
import { strings } from './strings.ts';

const texts = strings.task;

export function TaskProgress({ task, rate, title }: { task: Task; rate: number | null; title: string }) {
  const { status, progress, message, total } = task;
  const unmeasured = status === 'running' && total === null;
  return (
    <div class="progress">
      <progress aria-label={texts.progress(title)} max={100} {...(unmeasured ? {} : { value: progress })} />
      <p class="figures">
        {!unmeasured && <strong>{percent(progress)}</strong>}
        {figures(task, rate).map((figure) => (
          <span key={figure}>{figure}</span>
        ))}
      </p>
      {message && (
        <p class="message">
          <bdi>{message}</bdi>
        </p>
      )}
    </div>
  );
}

function figures({ status, done, total, unit, run_at, cancel_requested_at }: Task, rate: number | null): string[] {
  if (status === 'running' && cancel_requested_at) return [texts.stopping];
  const known = total !== null || done > 0 ? [amount(done, total, unit)] : [];
  if (status === 'pending') return [...known, ...(run_at ? [texts.after(moment(run_at))] : [])];
  if (status !== 'running' || rate === null) return known;
  const speed = unit === 'bytes' ? [texts.perSecond(size(rate))] : [];
  const left = total !== null && total > done ? [texts.left(duration(Math.ceil((total - done) / rate) * 1000))] : [];
  return [...known, ...speed, ...left];
}
