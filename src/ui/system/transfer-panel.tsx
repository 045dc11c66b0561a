import { useSignal } from '@preact/signals';
import { type Client, HttpProblem } from '../../client/index.ts';
import { percent, size, words } from '../format.ts';
import { writeTo } from '../save.ts';
import { unlessLeft } from '../sources.ts';
import { Panel } from './panel.tsx';
import { systemStrings } from './strings.ts';

type State =
  | { kind: 'idle' }
  | { kind: 'exporting'; bytes: number }
  | { kind: 'exported'; bytes: number }
  | { kind: 'not-exported'; words: string }
  /** `share`: of the file, 0 to 1; null while the browser hands it over. */
  | { kind: 'importing'; share: number | null }
  | { kind: 'imported'; tasks: number }
  | { kind: 'refused'; words: string };

export function TransferPanel({ client, look }: { client: Client; look(): Promise<void> }) {
  const texts = systemStrings().transfer;
  const state = useSignal<State>({ kind: 'idle' });
  const now = state.value;
  const busy = now.kind === 'exporting' || now.kind === 'importing';
  const pick = window.showSaveFilePicker?.bind(window);

  async function save(pick: NonNullable<Window['showSaveFilePicker']>) {
    if (busy) return;
    try {
      const target = await unlessLeft(
        pick({ suggestedName: `holdfast-${new Date().toISOString().slice(0, 10)}.export` }),
      );
      if (!target) return;
      let bytes = 0;
      state.value = { kind: 'exporting', bytes };
      await writeTo(target, client.exportUrl, (written) => {
        bytes = written;
        state.value = { kind: 'exporting', bytes };
      });
      state.value = { kind: 'exported', bytes };
    } catch (error) {
      state.value = { kind: 'not-exported', words: words(error) };
    }
  }

  async function take(input: HTMLInputElement) {
    const [file] = input.files ?? [];
    if (!file || busy) return;
    state.value = { kind: 'importing', share: null };
    try {
      const tasks = await client.importAll(file, (read) => {
        if (state.peek().kind === 'importing') state.value = { kind: 'importing', share: read / file.size };
      });
      state.value = { kind: 'imported', tasks };
      await look();
    } catch (error) {
      state.value = { kind: 'refused', words: `${words(error)} ${placeIn(error)}` };
    } finally {
      // The same file may be chosen again.
      input.value = '';
    }
  }

  return (
    <Panel id="transfer" title={texts.title} about={texts.about}>
      <div class="row">
        {pick ? (
          <button type="button" aria-disabled={busy} onClick={() => save(pick)}>
            {texts.export}
          </button>
        ) : (
          <a class="button" href={client.exportUrl}>
            {texts.export}
          </a>
        )}
      </div>
      <div class="field">
        <label for="import-file">{texts.import}</label>
        <input id="import-file" type="file" disabled={busy} onChange={({ currentTarget }) => take(currentTarget)} />
      </div>
      {now.kind === 'importing' && (
        <progress aria-label={texts.import} max={1} {...(now.share === null ? {} : { value: now.share })} />
      )}
      <p role="status">{told(now)}</p>
      {(now.kind === 'refused' || now.kind === 'not-exported') && (
        <p class="why" data-is="bad" role="alert">
          {now.kind === 'refused' ? texts.refused(now.words) : texts.notExported(now.words)}
        </p>
      )}
    </Panel>
  );
}

function told(state: State): string {
  const texts = systemStrings().transfer;
  switch (state.kind) {
    case 'exporting':
      return texts.exporting(size(state.bytes));
    case 'exported':
      return texts.exported(size(state.bytes));
    case 'importing':
      return state.share === null ? texts.handing : texts.importing(percent(100 * state.share));
    case 'imported':
      return texts.imported(state.tasks);
    default:
      return '';
  }
}

/** Where in the file it is broken, when that is known. */
function placeIn(error: unknown): string {
  if (!(error instanceof HttpProblem)) return '';
  const { record, position } = error.problem;
  if (typeof record !== 'number' || typeof position !== 'number') return '';
  return systemStrings().transfer.place(record, position);
}
