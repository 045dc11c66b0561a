import type { Task } from '../../client/index.ts';
import type { Ready } from '../app-model.ts';
import { duration, measured, moment, percent, said, speed } from '../format.ts';
import type { Row } from '../row.ts';
import { strings } from '../strings.ts';
import { useClock } from './clock.ts';
import type { LogModel } from './log-model.ts';

interface ProgressProps {
  row: Row;
  log: LogModel;
  title: string;
  app: Ready;
}

export function Progress({ row, log, title, app: { waiting } }: ProgressProps) {
  const task = row.task.value;
  const { status, progress, total } = task;
  const unmeasured = status === 'running' && total === null;
  return (
    <div class="progress">
      <progress aria-label={strings.task.progress(title)} max={100} {...(unmeasured ? {} : { value: progress })} />
      <p class="figures">
        {!unmeasured && <strong>{percent(progress)}</strong>}
        {figures(task, row.rate.value).map((figure) => (
          <bdi key={figure}>{figure}</bdi>
        ))}
        {status === 'pending' && <span>{waiting.reason(task)}</span>}
      </p>
      {said(task).map((message) => (
        <p key="said" class="message">
          <bdi>{message}</bdi>
        </p>
      ))}
      <Holder task={task} log={log} elsewhere={waiting.runsElsewhere(task)} />
    </div>
  );
}

/** Who runs it and since when, and how much would be lost if that went away now. */
function Holder({ task, log, elsewhere }: { task: Task; log: LogModel; elsewhere: boolean }) {
  const texts = strings.view;
  const { status, checkpoint_at } = task;
  const running = status === 'running';
  const now = useClock(running).value;
  const last = log.timeline.value.stretches.at(-1);
  const run = last?.kind === 'running' ? last : null;
  const since = run ? texts.since(moment(new Date(run.from).toISOString())) : '';
  if (!running) {
    return checkpoint_at ? <p class="soft small">{texts.keptCheckpoint(moment(checkpoint_at))}</p> : null;
  }
  // A stream's updates do not tell of checkpoints; the log does.
  const kept = run?.checkpoint ?? (checkpoint_at ? Date.parse(checkpoint_at) : null);
  return (
    <p class="figures">
      <span data-is={elsewhere ? 'elsewhere' : 'here'}>
        {elsewhere ? texts.elsewhere : texts.here} {since}
      </span>
      <span>{kept === null ? texts.noCheckpoint : checkpointWords(now - kept)}</span>
    </p>
  );
}

/** In whole seconds, as the clock goes. */
const checkpointWords = (age: number) =>
  age < 1_000 ? strings.view.checkpointNow : strings.view.checkpoint(duration(Math.floor(age / 1_000) * 1_000));

function figures(task: Task, rate: number | null): string[] {
  const { status, done, total, unit } = task;
  const known = measured(task);
  if (status !== 'running' || rate === null) return known;
  const left =
    total !== null && total > done ? [strings.task.left(duration(Math.ceil((total - done) / rate) * 1000))] : [];
  return [...known, speed(rate, unit), ...left];
}
