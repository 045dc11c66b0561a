import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { JobType } from '../client/index.ts';
import type { Ready } from './app-model.ts';
import { Empty } from './empty.tsx';
import { FieldControl } from './field-control.tsx';
import { answerIn, type Field, Unanswered } from './form-fields.ts';
import { hrefOf } from './route.ts';
import { Progress, StagedFiles } from './staged-files.tsx';
import { strings } from './strings.ts';
import { useHeading } from './use-heading.ts';

export function JobPage({ app, type }: { app: Ready; type: string }) {
  const texts = strings.start;
  const job = app.types.find(type);
  return (
    <main tabIndex={-1} class="single">
      <a class="back" href={hrefOf({ view: 'start', type: null, shared: null })}>
        {texts.back}
      </a>
      {job ? (
        <JobForm job={job} app={app} />
      ) : app.types.loaded.value ? (
        <Empty isAll title={texts.unknown(type)} />
      ) : (
        <p role="status">{texts.loading}</p>
      )}
    </main>
  );
}

function JobForm({ job, app: { types, start } }: { job: JobType; app: Ready }) {
  const texts = strings.start;
  const title = useHeading();
  const form = useRef<HTMLFormElement>(null);
  const problem = useSignal<string | null>(null);
  const fields = types.fieldsOf(job);
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
