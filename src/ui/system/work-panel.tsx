import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Health } from '../../client/index.ts';
import type { Ready } from '../app-model.ts';
import { Fact } from '../fact.tsx';
import { hrefOf } from '../route.ts';
import type { Row } from '../row.ts';
import { Panel } from './panel.tsx';
import { systemStrings } from './strings.ts';

export function WorkPanel({ health, app }: { health: Health | null; app: Ready }) {
  const texts = systemStrings().work;
  const here = app.executor.id.value;
  const tabs = [...(health?.tabs ?? [])].sort((a, b) => Number(b.executor === here) - Number(a.executor === here));
  return (
    <Panel id="work" title={texts.title} about={texts.about}>
      {health && (
        <>
          <dl class="facts">
            <Fact name={texts.running} value={texts.runningOf(health.running, health.running_limit)} />
          </dl>
          {tabs.length === 0 && <p>{texts.nobody}</p>}
          <ul class="executors" aria-label={texts.label}>
            {tabs.map(({ executor, task_ids }) => (
              <li key={executor}>
                <strong>{executor === here ? texts.here : texts.elsewhere}</strong>
                <ul>
                  {task_ids.map((task_id) => (
                    <li key={task_id}>
                      <TaskLink task_id={task_id} app={app} />
                    </li>
                  ))}
                  {task_ids.length === 0 && <li class="soft">{texts.idle}</li>}
                </ul>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

function TaskLink({ task_id, app }: { task_id: string; app: Ready }) {
  const row = useSignal<Row | null>(app.tasks.find(task_id) ?? null);
  useEffect(() => {
    app.tasks.load(task_id).then(
      (found) => {
        row.value = found;
      },
      // Its id is a name as well.
      () => {},
    );
  }, []);
  const task = row.value?.task.value;
  return (
    <a href={hrefOf({ view: 'task', task_id })}>
      {task ? app.types.titleOf(task) : task_id} {task && <bdi>{app.names.summary(task)}</bdi>}
    </a>
  );
}
