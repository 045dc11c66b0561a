import { percent } from './format.ts';
import { canPickFolders, pickFiles, pickFolder } from './sources.ts';
import type { Adding, StartModel } from './start-model.ts';
import { strings } from './strings.ts';
import type { TypesModel } from './types-model.ts';

const texts = strings.start;

export function Start({ start, types }: { start: StartModel; types: TypesModel }) {
  return (
    <section class="start" aria-labelledby="start-title">
      <h2 id="start-title">{texts.title}</h2>
      <p>{texts.about}</p>
      <JobFields start={start} types={types} />
      <div class="drop">
        <p>{texts.drop}</p>
        <div class="row">
          <button type="button" class="first" onClick={() => start.picked(pickFiles())}>
            {texts.files}
          </button>
          {canPickFolders && (
            <button type="button" onClick={() => start.picked(pickFolder())}>
              {texts.folder}
            </button>
          )}
        </div>
        <p role="status" class="adding">
          {start.adding.value && told(start.adding.value)}
        </p>
      </div>
      <button type="button" class="plain" onClick={start.samples}>
        {texts.samples}
      </button>
      <Tables start={start} types={types} />
      <Lessons start={start} />
    </section>
  );
}

function JobFields({ start, types }: { start: StartModel; types: TypesModel }) {
  const type = start.type.value;
  const jobs = types.ofFiles();
  return (
    <>
      <Field
        id="job"
        label={texts.job}
        about={types.aboutOf(type)}
        value={type}
        options={jobs.length > 0 ? jobs.map(({ type, title }) => [type, title]) : [[type, type]]}
        choose={(option) => {
          start.type.value = option;
        }}
      />
      {types.choices(type).map(({ field, label, about, options, standard }) => (
        <Field
          key={`${type} ${field}`}
          id={field}
          label={label}
          about={about}
          value={start.choices.value[type]?.[field] ?? standard}
          options={options.map((option) => [option, strings.algorithms[option] ?? option])}
          choose={(option) => start.choose(field, option)}
        />
      ))}
    </>
  );
}

interface FieldProps {
  id: string;
  label: string;
  about: string;
  value: string;
  options: [value: string, name: string][];
  choose(option: string): void;
}

function Field({ id, label, about, value, options, choose }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        aria-describedby={`${id}-about`}
        value={value}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
      <p id={`${id}-about`} class="soft small">
        {about}
      </p>
    </div>
  );
}

function Tables({ start, types }: { start: StartModel; types: TypesModel }) {
  const { tables } = strings;
  const { tableKind } = start;
  const choice = types.choices('table').find(({ field }) => field === 'to');
  return (
    <details class="lessons">
      <summary>{tables.title}</summary>
      <p>{tables.about}</p>
      <div class="row">
        <label for="table-kind">{tables.into}</label>
        <select
          id="table-kind"
          value={tableKind}
          onChange={({ currentTarget }) => {
            tableKind.value = currentTarget.value;
          }}
        >
          {(choice?.options ?? [tableKind.value]).map((option) => (
            <option key={option} value={option}>
              {tables.kinds[option] ?? option}
            </option>
          ))}
        </select>
        <button type="button" onClick={() => start.pickedTables(pickFiles())}>
          {tables.files}
        </button>
      </div>
    </details>
  );
}

function told(adding: Adding): string {
  switch (adding.kind) {
    case 'reading':
      return texts.reading;
    case 'generating':
      return texts.generating(percent(adding.percent));
    case 'adding':
      return texts.adding(adding.done, adding.total);
  }
}

function Lessons({ start }: { start: StartModel }) {
  const { lessons } = strings;
  return (
    <details class="lessons">
      <summary>{lessons.title}</summary>
      <p>{lessons.about}</p>
      <div class="row">
        <button type="button" onClick={start.countdown}>
          {lessons.countdown}
        </button>
        <button type="button" onClick={start.spin}>
          {lessons.spin}
        </button>
      </div>
    </details>
  );
}
