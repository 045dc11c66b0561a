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
      <AlgorithmField start={start} types={types} />
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

function AlgorithmField({ start: { algorithm }, types }: { start: StartModel; types: TypesModel }) {
  const choice = types.choice('checksum', 'algorithm');
  return (
    <div class="field">
      <label for="algorithm">{texts.algorithm}</label>
      <select
        id="algorithm"
        aria-describedby="algorithm-about"
        value={algorithm}
        onChange={({ currentTarget }) => {
          algorithm.value = currentTarget.value;
        }}
      >
        {(choice?.options ?? [algorithm.value]).map((option) => (
          <option key={option} value={option}>
            {strings.algorithms[option] ?? option}
          </option>
        ))}
      </select>
      <p id="algorithm-about" class="soft small">
        {choice?.about}
      </p>
    </div>
  );
}

function Tables({ start, types }: { start: StartModel; types: TypesModel }) {
  const { tables } = strings;
  const { tableKind } = start;
  const choice = types.choice('table', 'to');
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
