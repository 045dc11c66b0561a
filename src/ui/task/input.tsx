import { useSignal } from '@preact/signals';
import type { Task } from '../../client/index.ts';
import type { Ready } from '../app-model.ts';
import { fileRefsIn } from '../json.ts';
import { LongList } from '../long-list.tsx';
import { strings } from '../strings.ts';
import { ValueTree } from './value-tree.tsx';

const STEP = 50;
/** `inputFiles` of the client tells as many at once. */
const AT_ONCE = 1_000;

/** What the task was given, by the names that its form has. */
export function Input({ task, app }: { task: Task; app: Ready }) {
  const job = app.types.find(task.type);
  const names = useSignal<readonly string[]>([]);
  const labels = new Map(job ? app.types.fieldsOf(job).map(({ name, label }) => [name, label]) : []);
  const refs = fileRefsIn(task.input);
  const facts = Object.entries(task.input ?? {}).filter(([key]) => refs.length === 0 || key !== 'files');

  async function load(open: boolean) {
    if (!open || names.peek().length > 0) return;
    const some = refs.slice(0, AT_ONCE);
    const ids = some.flatMap((ref) => ('file_id' in ref ? [ref.file_id] : []));
    // A file whose name cannot be asked for is told by its id.
    const found = ids.length > 0 ? await app.client.inputFiles(ids).catch(() => []) : [];
    const byId = new Map(ids.map((id, at) => [id, found[at]?.name]));
    names.value = some.map((ref) => ('file_id' in ref ? (byId.get(ref.file_id) ?? ref.file_id) : ref.name));
  }

  return (
    <details class="input" onToggle={({ currentTarget }) => load(currentTarget.open)}>
      <summary>
        <h2>{strings.view.input}</h2>
      </summary>
      {facts.length === 0 && refs.length === 0 && <p class="soft">{strings.view.noInput}</p>}
      {facts.length > 0 && (
        <dl class="facts">
          {facts.map(([key, value]) => (
            <div key={key}>
              <dt>{labels.get(key) ?? key}</dt>
              <dd>
                <ValueTree value={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {names.value.length > 0 && (
        <>
          <h3>{strings.task.files(refs.length)}</h3>
          <LongList items={names.value} step={STEP}>
            {(shown) => (
              <ul class="names-list">
                {shown.map((name, at) => (
                  <li key={at}>
                    <bdi>{name}</bdi>
                  </li>
                ))}
              </ul>
            )}
          </LongList>
        </>
      )}
    </details>
  );
}
