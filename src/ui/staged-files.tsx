import { percent, size } from './format.ts';
import { canPickFolders, pickFiles, pickFolder, type Source } from './sources.ts';
import type { Adding, StartModel } from './start-model.ts';
import { strings } from './strings.ts';

const SHOWN = 5;

/** Where files are chosen, and those that are. */
export function StagedFiles({ start, labelledby }: { start: StartModel; labelledby?: string }) {
  const texts = strings.start;
  const chosen = start.chosen.value;
  return (
    <section class="drop" {...(labelledby ? { 'aria-labelledby': labelledby } : { 'aria-label': texts.filesLabel })}>
      {chosen.length > 0 && <ChosenList start={start} chosen={chosen} />}
      <p class="soft">{texts.drop}</p>
      <div class="row">
        <button type="button" class={chosen.length > 0 ? '' : 'first'} onClick={() => start.picked(pickFiles())}>
          {texts.files}
        </button>
        {canPickFolders && (
          <button type="button" onClick={() => start.picked(pickFolder())}>
            {texts.folder}
          </button>
        )}
      </div>
      <Progress start={start} />
    </section>
  );
}

/** What is being done to start a task. */
export function Progress({ start }: { start: StartModel }) {
  const adding = start.adding.value;
  return (
    <p role="status" class="adding">
      {adding && told(adding)}
    </p>
  );
}

function ChosenList({ start, chosen }: { start: StartModel; chosen: readonly Source[] }) {
  const texts = strings.start;
  const sizes = chosen.map(sizeOf);
  const known = sizes.every((bytes) => bytes !== null);
  const total = sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  return (
    <div class="chosen">
      <p class="row between">
        <strong>{known ? texts.chosen(chosen.length, size(total)) : texts.chosenWithout(chosen.length)}</strong>
        <button type="button" class="small quiet" onClick={start.clear}>
          {texts.clear}
        </button>
      </p>
      <ul>
        {chosen.slice(0, SHOWN).map((source) => (
          <li key={source.name}>
            <bdi>{source.name}</bdi>
            <span class="soft small">{sizeOf(source) === null ? '' : size(sizeOf(source) ?? 0)}</span>
            <button
              type="button"
              class="small quiet"
              aria-label={texts.without(source.name)}
              onClick={() => start.without(source)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {chosen.length > SHOWN && <p class="soft small">{texts.more(chosen.length - SHOWN)}</p>}
    </div>
  );
}

/** In bytes; null for a handle, which does not tell without being opened. */
const sizeOf = ({ source }: Source): number | null => ('size' in source ? source.size : null);

function told(adding: Adding): string {
  const texts = strings.start;
  switch (adding.kind) {
    case 'reading':
      return texts.reading;
    case 'generating':
      return texts.generating(percent(adding.percent));
    case 'adding':
      return texts.adding(adding.done, adding.total);
    case 'submitting':
      return texts.submitting;
  }
}
