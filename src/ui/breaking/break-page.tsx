import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isFinished } from '../../client/index.ts';
import type { AppModel, Ready } from '../app-model.ts';
import { amount, percent } from '../format.ts';
import { hrefOf } from '../route.ts';
import { strings } from '../strings.ts';
import { useHeading } from '../use-heading.ts';
import '../panel.css';
import './breaking.css';
import { type BreakingModel, breakingOf, type Length } from './breaking-model.ts';
import { FaultList } from './fault-list.tsx';
import { InvariantList } from './invariant-list.tsx';
import { MadeList } from './made-list.tsx';
import { breakStrings } from './strings.ts';
import { SurvivedCounter } from './survived-counter.tsx';

export function BreakPage({ app, all }: { app: Ready; all: AppModel }) {
  const texts = breakStrings();
  const title = useHeading();
  const model = breakingOf(app, all);
  useEffect(model.goOn, []);
  return (
    <main tabIndex={-1} class="breaking">
      <a class="back" href={hrefOf({ view: 'system' })}>
        {texts.back}
      </a>
      <header>
        <h1 ref={title} tabIndex={-1}>
          {texts.title}
        </h1>
        <p>{texts.about}</p>
      </header>
      <div class="bench">
        <div class="bench-part">
          <Subject model={model} app={app} />
          <FaultList model={model} app={app} />
        </div>
        <div class="bench-part">
          <InvariantList model={model} />
          <MadeList model={model} />
          <SurvivedCounter counter={model.counter.value} />
        </div>
      </div>
    </main>
  );
}

/** The task that is to be broken. */
function Subject({ model, app }: { model: BreakingModel; app: Ready }) {
  const texts = breakStrings();
  const length = useSignal<Length>('middle');
  const task = model.task.value;
  const starting = model.starting.value;
  return (
    <section class="panel" aria-labelledby="subject-title">
      <h2 id="subject-title">{texts.start.title}</h2>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          model.start(length.peek());
        }}
      >
        <label class="check">
          {texts.start.length}
          <select
            value={length.value}
            onChange={({ currentTarget }) => {
              length.value = lengthIn(currentTarget.value);
            }}
          >
            {lengths.map((each) => (
              <option key={each} value={each}>
                {texts.start.lengths[each]}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="first" aria-disabled={starting.kind !== 'none'}>
          {texts.start.go}
        </button>
      </form>
      <p role="status">{starting.kind === 'generating' && texts.start.generating(percent(starting.percent))}</p>
      {task ? (
        <>
          <div class="progress">
            <progress aria-label={strings.task.progress(texts.start.title)} max={100} value={task.progress} />
            <p class="figures">
              <strong>{percent(task.progress)}</strong>
              <span>{amount(task.done, task.total, task.unit)}</span>
            </p>
          </div>
          <p class="row between">
            <span>
              {strings.status[task.status]}
              {task.attempt > 1 && `, ${strings.task.attempt(task.attempt)}`}
            </span>
            <a href={hrefOf({ view: 'task', task_id: task.task_id })}>{texts.task}</a>
          </p>
          {app.waiting.runsElsewhere(task) && <p>{texts.elsewhere}</p>}
          {isFinished(task.status) && <Verdict model={model} />}
        </>
      ) : (
        <p class="soft">{texts.none}</p>
      )}
    </section>
  );
}

function Verdict({ model }: { model: BreakingModel }) {
  const texts = breakStrings().verdict;
  const now = model.verdict.value;
  const task = model.task.value;
  if (now.kind === 'none' || !task) return null;
  if (now.right === null) return <p role="status">{texts.ended(strings.status[task.status])}</p>;
  return (
    <p class="verdict" role="status" data-is={now.right ? 'good' : 'bad'}>
      {now.right ? texts.right : texts.wrong}
    </p>
  );
}

const lengths = ['short', 'middle', 'long'] as const;
const lengthIn = (value: string): Length => lengths.find((each) => each === value) ?? 'middle';
