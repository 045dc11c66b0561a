import { useComputed, useSignal } from '@preact/signals';
import { percent } from '../format.ts';
import type { Notices } from '../notices-model.ts';
import { saveAs } from '../save.ts';
import { strings } from '../strings.ts';
import { fromLevel, textOf } from './lines.ts';
import type { LogModel } from './log-model.ts';
import { LogRows } from './log-rows.tsx';
import { type Level, levels } from './moments.ts';

interface LogProps {
  log: LogModel;
  title: string;
  task_id: string;
  notices: Notices;
}

/** What the job says, as it says it. */
export function Log({ log, title, task_id, notices }: LogProps) {
  const texts = strings.view;
  const least = useSignal<Level>('debug');
  const follow = useSignal(true);
  const shown = useComputed(() => fromLevel(log.lines.value.kept, least.value));
  const { kept, dropped } = log.lines.value;
  const reading = log.reading.value;

  const save = () =>
    saveAs(`${task_id}.log`, 'text/plain', notices, async function* () {
      for await (const lines of log.pages()) yield lines.map((line) => `${textOf(line)}\n`).join('');
    });

  return (
    <section class="log" aria-labelledby="log-title">
      <div class="row between">
        <h2 id="log-title">{texts.log}</h2>
        {kept.length > 0 && (
          <div class="row">
            <select
              class="small"
              aria-label={texts.level}
              value={least.value}
              onChange={({ currentTarget }) => {
                least.value = levels.find((level) => level === currentTarget.value) ?? 'debug';
              }}
            >
              {levels.map((level) => (
                <option key={level} value={level}>
                  {texts.levels[level]}
                </option>
              ))}
            </select>
            <label class="check small">
              <input
                type="checkbox"
                checked={follow.value}
                onChange={({ currentTarget }) => {
                  follow.value = currentTarget.checked;
                }}
              />
              {texts.follow}
            </label>
            <button type="button" class="small" onClick={save}>
              {texts.saveLog}
            </button>
          </div>
        )}
      </div>
      {reading.kind === 'reading' && reading.part > 0 && (
        <p class="soft small" role="status">
          {texts.reading(percent(100 * reading.part))}
        </p>
      )}
      {reading.kind === 'failed' && (
        <p class="notice" data-is="bad" role="alert">
          <span class="notice-text">{texts.notRead(reading.detail)}</span>
          <button type="button" onClick={log.again}>
            {texts.tryAgain}
          </button>
        </p>
      )}
      {dropped > 0 && <p class="soft small">{texts.linesDropped(dropped)}</p>}
      {kept.length === 0 && reading.kind === 'read' && <p class="soft small">{texts.noLines}</p>}
      {kept.length > 0 && shown.value.length === 0 && <p class="soft small">{texts.noneOfLevel}</p>}
      {shown.value.length > 0 && <LogRows lines={shown.value} follow={follow} label={texts.logOf(title)} />}
    </section>
  );
}
