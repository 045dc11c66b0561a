import { useEffect } from 'preact/hooks';
import type { JobType } from '../client/index.ts';
import type { Ready } from './app-model.ts';
import { hrefOf } from './route.ts';
import { StagedFiles } from './staged-files.tsx';
import { strings } from './strings.ts';
import { suggest, takesFiles } from './suggest.ts';
import { useHeading } from './use-heading.ts';

export function StartPage({ app, shared }: { app: Ready; shared: string | null }) {
  const texts = strings.start;
  const { start, types } = app;
  const title = useHeading();
  useEffect(() => {
    if (shared !== null) start.shared(shared);
  }, [shared]);
  const chosen = start.chosen.value;
  const { fit, other } = suggest(
    types.all.value,
    chosen.map(({ name }) => name),
  );
  return (
    <main tabIndex={-1} class="start">
      <header class="intro">
        <h1 ref={title} tabIndex={-1}>
          {strings.claim}
        </h1>
        <p class="soft">{strings.terms}</p>
      </header>
      <StagedFiles start={start} />
      <section aria-labelledby="gallery-title">
        <h2 id="gallery-title">{chosen.length > 0 ? texts.fits : texts.what}</h2>
        {!types.loaded.value && (
          <p class="soft" role="status">
            {texts.loading}
          </p>
        )}
        <Gallery jobs={fit} app={app} withFiles={chosen.length > 0} />
      </section>
      {other.length > 0 && (
        <details class="others">
          <summary>{texts.others}</summary>
          <Gallery jobs={other} app={app} withFiles={true} />
        </details>
      )}
    </main>
  );
}

function Gallery({ jobs, app, withFiles }: { jobs: readonly JobType[]; app: Ready; withFiles: boolean }) {
  return (
    <ul class="gallery">
      {jobs.map((job) => (
        <JobCard key={job.type} job={job} app={app} withFiles={withFiles} />
      ))}
    </ul>
  );
}

function JobCard({ job, app: { types, start }, withFiles }: { job: JobType; app: Ready; withFiles: boolean }) {
  const texts = strings.start;
  const title = types.titleOf(job);
  const files = types.fieldsOf(job).find(({ control }) => control.kind === 'files');
  return (
    <li class="job">
      <h3>
        <a href={hrefOf({ view: 'start', type: job.type, shared: null })}>{title}</a>
      </h3>
      <p class="soft small">{types.aboutOf(job)}</p>
      {!withFiles && (
        <button
          type="button"
          class="small try"
          aria-label={takesFiles(job) ? texts.samplesOf(title) : texts.exampleOf(title)}
          onClick={() => start.tryOut(job.type, files?.name ?? null)}
        >
          {takesFiles(job) ? texts.samples : texts.example}
        </button>
      )}
    </li>
  );
}
