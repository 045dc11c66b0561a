import type { Ready } from '../app-model.ts';
import type { BreakingModel } from './breaking-model.ts';
import { faults, needsTaskHere } from './faults.ts';
import { breakStrings } from './strings.ts';

export function FaultList({ model, app }: { model: BreakingModel; app: Ready }) {
  const texts = breakStrings().faults;
  const task = model.task.value;
  const runs = task?.status === 'running' || task?.status === 'pending';
  const runsHere = task?.status === 'running' && !app.waiting.runsElsewhere(task);
  return (
    <section class="panel" aria-labelledby="faults-title">
      <h2 id="faults-title">{texts.title}</h2>
      <ul class="faults">
        {faults.map((fault) => {
          const { name, breaks, must } = texts.each[fault];
          const allowed = needsTaskHere.has(fault) ? runsHere : runs;
          return (
            <li key={fault}>
              <button
                type="button"
                aria-disabled={!allowed}
                aria-describedby={`fault-${fault}`}
                onClick={() => allowed && model.break(fault)}
              >
                {name}
              </button>
              <div id={`fault-${fault}`} class="small">
                <p>{breaks}</p>
                <p class="soft">{must}</p>
              </div>
            </li>
          );
        })}
      </ul>
      {!runsHere && <p class="soft small">{texts.notNow}</p>}
    </section>
  );
}
