import { type ReadonlySignal, useSignal } from '@preact/signals';
import { clockTime, duration } from '../format.ts';
import { strings } from '../strings.ts';
import { useClock } from './clock.ts';
import type { LogModel } from './log-model.ts';
import type { End, Stretch } from './timeline.ts';

/** More than these are shown when they are asked for: the newest tell the most. */
const SHOWN = 8;

interface HappenedProps {
  log: LogModel;
  /** What the executors of this tab are and were called. */
  mine: ReadonlySignal<ReadonlySet<string>>;
}

/** A task's attempts: to scale for the eye, and in words. */
export function Happened({ log, mine }: HappenedProps) {
  const texts = strings.view;
  const all = useSignal(false);
  const { stretches, dropped } = log.timeline.value;
  const lasts = stretches.at(-1)?.to === null;
  const now = useClock(lasts).value;
  const told = stretches.filter((stretch) => worthTelling(stretch));
  const shown = all.value ? told : told.slice(-SHOWN);
  if (stretches.length === 0) return null;
  return (
    <section aria-labelledby="happened-title">
      <h2 id="happened-title">{texts.happened}</h2>
      <Bar stretches={stretches} now={now} />
      {dropped > 0 && <p class="soft small">{texts.forgotten(dropped)}</p>}
      {shown.length < told.length && (
        <button
          type="button"
          class="small"
          onClick={() => {
            all.value = true;
          }}
        >
          {texts.earlier(told.length - shown.length)}
        </button>
      )}
      <ol class="stretches">
        {shown.map((stretch) => (
          <li
            key={`${stretch.from} ${stretch.kind}`}
            data-kind={stretch.kind}
            data-end={stretch.kind === 'running' ? stretch.end?.kind : undefined}
          >
            <time class="soft" dateTime={new Date(stretch.from).toISOString()}>
              {clockTime(stretch.from)}
            </time>
            <p>
              <strong>
                {(stretch.to === null ? texts.lasting : texts.stretches)[stretch.kind]}{' '}
                {duration(Math.max(0, (stretch.to ?? Math.max(now, stretch.from)) - stretch.from))}
              </strong>{' '}
              <span class="soft">{wordsOf(stretch, mine.value).join(' · ')}</span>
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A wait that nobody could have noticed is drawn, but not told. */
const LEAST_MS = 100;
const worthTelling = ({ kind, from, to }: Stretch) => kind !== 'waiting' || to === null || to - from >= LEAST_MS;

function Bar({ stretches, now }: { stretches: readonly Stretch[]; now: number }) {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!first || !last) return null;
  const end = last.to ?? now;
  return (
    <div class="bar" aria-hidden="true">
      <div class="bar-parts">
        {stretches.map((stretch, at) => (
          <span
            key={at}
            data-kind={stretch.kind}
            data-end={stretch.kind === 'running' ? stretch.end?.kind : undefined}
            style={{ flexGrow: Math.max(1, (stretch.to ?? end) - stretch.from) }}
          />
        ))}
      </div>
      <p class="row between soft small">
        <span>{clockTime(first.from)}</span>
        <span>{last.to === null ? strings.view.now : clockTime(end)}</span>
      </p>
    </div>
  );
}

function wordsOf(stretch: Stretch, mine: ReadonlySet<string>): string[] {
  const texts = strings.view;
  switch (stretch.kind) {
    case 'waiting':
      return [
        texts.whys[stretch.why],
        stretch.why === 'deferred' && stretch.detail ? texts.deferredUntil(clockTime(Date.parse(stretch.detail))) : '',
      ].filter(Boolean);
    case 'running': {
      const { attempt, by, adopted, checkpoints, end } = stretch;
      const where = by === null ? '' : mine.has(by) ? texts.inThisTab : texts.inAnother;
      return [
        texts.attempt(attempt),
        adopted ? texts.adopted : where,
        checkpoints > 0 ? texts.checkpoints(checkpoints) : '',
        ...(end ? endWords(end) : []),
      ].filter(Boolean);
    }
    case 'silent':
      return [texts.silent];
    case 'paused':
      return [stretch.reason === 'user' ? strings.paused.user : (stretch.detail ?? '')].filter(Boolean);
    case 'gap':
      return [texts.gap(stretch.events)];
  }
}

function endWords(end: End): string[] {
  const texts = strings.view;
  const stopped = 'stopped' in end && end.stopped ? [texts.rungs[end.stopped.rung](duration(end.stopped.ms))] : [];
  const detail = 'detail' in end && end.detail ? [end.detail] : [];
  return [texts.ends[end.kind], ...stopped, ...detail];
}
