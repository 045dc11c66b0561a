import { useEffect, useRef } from 'preact/hooks';
import type { Ready } from './app-model.ts';
import { type Bulk, can } from './commands-model.ts';
import type { Filter } from './route.ts';
import { strings } from './strings.ts';

/** What is done with many at once. */
export function SelectionBar({ app: { tasks, commands }, filter }: { app: Ready; filter: Filter }) {
  const texts = strings.list;
  const visible = tasks.visible.value.length;
  const selected = commands.selected.value;
  const working = commands.working.value;
  const box = useRef<HTMLInputElement>(null);
  const every = visible > 0 && selected.size >= visible && !tasks.more.value;
  useEffect(() => {
    if (box.current) box.current.indeterminate = selected.size > 0 && !every;
  });
  if (visible === 0) return null;

  const statuses = [...selected].map((task_id) => tasks.find(task_id)?.task.value.status);
  const fits = (command: Bulk) => statuses.some((status) => status === undefined || can[command](status));

  return (
    <div class="selection" data-is={selected.size > 0 ? 'on' : 'off'}>
      <label class="check">
        <input
          ref={box}
          type="checkbox"
          checked={selected.size > 0}
          onChange={() => (selected.size > 0 ? commands.letGo() : commands.selectAll(filter))}
        />
        <span>{selected.size > 0 ? texts.selected(selected.size) : texts.selectAll}</span>
      </label>
      {selected.size > 0 && (
        <div class="row">
          {(['cancel', 'retry', 'remove'] as const).filter(fits).map((command) => (
            <button
              key={command}
              type="button"
              class="small"
              aria-disabled={working !== null}
              onClick={() => commands.bulk(command)}
            >
              {texts.bulk[command]}
            </button>
          ))}
          <button type="button" class="small quiet" onClick={commands.letGo}>
            {texts.letGo}
          </button>
        </div>
      )}
      {working && <p role="status">{texts.atWork(working.done, working.total)}</p>}
    </div>
  );
}
