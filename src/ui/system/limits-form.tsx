import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Client, HttpProblem, type Settings } from '../../client/index.ts';
import { words } from '../format.ts';
import { Panel } from './panel.tsx';
import { systemStrings } from './strings.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MIB = 1024 * 1024;

/** As people count them. `unit`: what one of it is in the setting. */
const fields = [
  { name: 'running_limit', setting: 'running_limit', unit: 1 },
  { name: 'max_streams', setting: 'max_streams', unit: 1 },
  { name: 'keep_days', setting: 'keep_finished_ms', unit: DAY_MS },
  { name: 'keep_finished', setting: 'keep_finished', unit: 1 },
  { name: 'log_events', setting: 'log_events', unit: 1 },
  { name: 'log_mib', setting: 'log_bytes', unit: MIB },
] as const satisfies { name: string; setting: keyof Settings; unit: number }[];

type Field = (typeof fields)[number];
type Saving =
  | { kind: 'none' | 'saving' | 'saved' }
  /** What the server says of each setting, and what it says in all. */
  | { kind: 'refused'; errors: ReadonlyMap<string, string>; words: string };

/** What is right is for the server to say; each answer stands at its field. */
export function LimitsForm({ client }: { client: Client }) {
  const texts = systemStrings().limits;
  const settings = useSignal<Settings | null>(null);
  const saving = useSignal<Saving>({ kind: 'none' });
  const known = settings.value;
  const now = saving.value;
  const refuse = (error: unknown) => {
    saving.value = { kind: 'refused', errors: errorsIn(error), words: words(error) };
  };

  useEffect(() => {
    client.settings().then((found) => {
      settings.value = found;
    }, refuse);
  }, []);

  async function save(event: SubmitEvent) {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement) || saving.peek().kind === 'saving') return;
    const answers = new FormData(event.currentTarget);
    const patch = Object.fromEntries(fields.map((field) => [field.setting, valueIn(answers, field)]));
    saving.value = { kind: 'saving' };
    try {
      settings.value = await client.configure(patch);
      saving.value = { kind: 'saved' };
    } catch (error) {
      refuse(error);
    }
  }

  return (
    <Panel id="limits" title={texts.title}>
      <form
        class="limits"
        noValidate
        onSubmit={save}
        onInput={() => {
          if (now.kind === 'saved') saving.value = { kind: 'none' };
        }}
      >
        {known && (
          <>
            {fields.map((field) => (
              <LimitField
                key={field.name}
                field={field}
                value={known[field.setting]}
                error={now.kind === 'refused' ? now.errors.get(field.setting) : undefined}
              />
            ))}
            <div class="row">
              <button type="submit" class="first" aria-disabled={now.kind === 'saving'}>
                {now.kind === 'saving' ? texts.saving : texts.save}
              </button>
              <p role="status">{now.kind === 'saved' && texts.saved}</p>
            </div>
          </>
        )}
        {now.kind === 'refused' && (
          <p class="why" data-is="bad" role="alert">
            {texts.failed(now.words)}
          </p>
        )}
      </form>
    </Panel>
  );
}

interface FieldProps {
  field: Field;
  value: number | null;
  error: string | undefined;
}

function LimitField({ field: { name, unit }, value, error }: FieldProps) {
  const [label, about] = systemStrings().limits[name];
  const id = `limit-${name}`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type="number"
        inputMode="numeric"
        step="any"
        defaultValue={value === null ? '' : String(value / unit)}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-about ${id}-error`}
      />
      <p id={`${id}-about`} class="soft small">
        {about}
      </p>
      <p id={`${id}-error`} class="why small" data-is="bad">
        {error}
      </p>
    </div>
  );
}

/** An answer that is left empty is null: for one setting that means something, the others are told so. */
function valueIn(answers: FormData, { name, unit }: Field): number | null {
  const text = String(answers.get(name) ?? '').trim();
  return text === '' ? null : Number(text) * unit;
}

/** By setting: `errors` of an `invalid-input` problem. */
function errorsIn(error: unknown): ReadonlyMap<string, string> {
  const errors = error instanceof HttpProblem ? error.problem.errors : [];
  const found = new Map<string, string>();
  if (!Array.isArray(errors)) return found;
  for (const each of errors) found.set(String(each.pointer).slice(1), String(each.detail));
  return found;
}
