import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { JobType } from '../client/index.ts';
import type { Ready } from './app-model.ts';
import { Empty } from './empty.tsx';
import { FieldControl } from './field-control.tsx';
import { answerIn, type Field, initialOf, Unanswered } from './form-fields.ts';
import { at } from './json.ts';
import type { Notices } from './notices-model.ts';
import { hrefOf } from './route.ts';
import { Progress, StagedFiles } from './staged-files.tsx';
import { strings } from './strings.ts';
import { useHeading } from './use-heading.ts';

interface PageProps {
  app: Ready;
  type: string;
  /** The task whose input stands in the form at first. */
  again: string | null;
  notices: Notices;
}

type Before = { kind: 'loading' } | { kind: 'there'; input: unknown };

export function JobPage({ app, type, again, notices }: PageProps) {
  const texts = strings.start;
  const job = app.types.find(type);
  const before = useSignal<Before>(again ? { kind: 'loading' } : { kind: 'there', input: null });
  useEffect(() => {
    if (!again) return;
    recall(app, again, notices).then((input) => {
      before.value = { kind: 'there', input };
    });
  }, []);
  return (
    <main tabIndex={-1} class="single">
      <a class="back" href={hrefOf({ view: 'start', type: null, shared: null })}>
        {texts.back}
      </a>
      {job && before.value.kind === 'there' ? (
        <JobForm job={job} app={app} input={before.value.input} />
      ) : app.types.loaded.value && !job ? (
        <Empty isAll title={texts.unknown(type)} />
      ) : (
        <p role="status">{texts.loading}</p>
      )}
    </main>
  );
}

/** What a task was given, its files chosen again; null when that cannot be known any more. */
async function recall({ tasks, start }: Ready, task_id: string, notices: Notices): Promise<unknown> {
  try {
    const row = await tasks.load(task_id);
    if (!row) return null;
    const task = row.task.peek();
    const gone = await start.again(task);
    if (gone > 0) notices.show(strings.start.goneFiles(gone));
    return task.input;
  } catch (error) {
    notices.failed(error);
    return null;
  }
}

function JobForm({ job, app: { types, start }, input: before }: { job: JobType; app: Ready; input: unknown }) {
  const texts = strings.start;
  const title = useHeading();
  const form = useRef<HTMLFormElement>(null);
  const problem = useSignal<string | null>(null);
  const fields = types
    .fieldsOf(job)
    .map((field) => (before ? { ...field, initial: initialOf(field.control, at(before, field.name)) } : field));
  const files = fields.find(({ control }) => control.kind === 'files');
  const busy = start.adding.value !== null;
  const note = texts.sampleNotes[job.type];

  function go(event: Event) {
    event.preventDefault();
    if (busy || !form.current) return;
    if (files?.required && start.chosen.peek().length === 0) {
      problem.value = texts.needsFiles;
      return;
    }
    problem.value = null;
    const input = inputOf(fields, new FormData(form.current), form.current);
    if (input) start.start(job.type, input, files?.name ?? null);
  }

  return (
    <form ref={form} class="form" onSubmit={go}>
      <header>
        <h1 ref={title} tabIndex={-1}>
          {types.titleOf(job)}
        </h1>
        <p>{types.aboutOf(job)}</p>
      </header>
      {files && (
        <div class="field">
          <h2 id="files-title">{files.label}</h2>
          {files.about && <p class="soft small">{files.about}</p>}
          <StagedFiles start={start} labelledby="files-title" />
        </div>
      )}
      {fields
        .filter(({ control }) => control.kind !== 'files')
        .map((field) => (
          <FieldControl key={field.name} field={field} />
        ))}
      {problem.value && (
        <p class="why" data-is="bad" role="alert">
          {problem.value}
        </p>
      )}
      <div class="row">
        <button type="submit" class="first" aria-disabled={busy}>
          {texts.go}
        </button>
        <button type="button" aria-disabled={busy} onClick={() => start.tryOut(job.type, files?.name ?? null)}>
          {files ? texts.samples : texts.example}
        </button>
      </div>
      {!files && <Progress start={start} />}
      {note && <p class="soft small">{note}</p>}
      <p class="soft small">{texts.redo(job.redo)}</p>
    </form>
  );
}

/** What the form says; null when an answer means nothing, which its own control tells then. */
function inputOf(fields: readonly Field[], answers: FormData, form: HTMLFormElement): object | null {
  const input: Record<string, unknown> = {};
  for (const field of fields) {
    const control = form.elements.namedItem(field.name);
    try {
      const value = answerIn(field, String(answers.get(field.name) ?? ''));
      if (value !== undefined) input[field.name] = value;
    } catch (error) {
      if (!(error instanceof Unanswered) || !(control instanceof HTMLTextAreaElement)) throw error;
      control.setCustomValidity(strings.start.json);
      control.reportValidity();
      control.addEventListener('input', () => control.setCustomValidity(''), { once: true });
      return null;
    }
  }
  return input;
}
