import { useEffect, useState } from 'preact/hooks';
import type { Task } from '../../client/index.ts';
import { moment } from '../format.ts';
import type { Past, Shown } from './past-model.ts';
import { VisibleText } from './visible-text.tsx';
import { wireWords } from './words.ts';

/** A longer value is cut: the task's own page shows it whole. */
const SHOWN = 2_000;

/** The scrubber, and the task as it was where that stands. */
export function PastView({ past }: { past: Past }) {
  const texts = wireWords().past;
  const [first, last, place] = [past.first.value, past.last.value, past.place.value];
  const shown = past.shown.value;
  /** What stands in the box while somebody is there: events that come meanwhile leave it alone, and what is selected in it. */
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    past.open();
    return past.stop;
  }, []);
  const limits = { min: first, max: last, step: 1 };
  const where = past.follows.value ? texts.follows(last) : texts.place(place, last);
  return (
    <>
      <p class="soft small">{texts.about}</p>
      <div class="scrubber">
        <input
          type="range"
          aria-label={texts.slider}
          aria-valuetext={where}
          {...limits}
          value={place}
          onInput={({ currentTarget }) => past.go(currentTarget.valueAsNumber)}
        />
        <div class="row">
          <button
            type="button"
            class="small"
            aria-label={texts.previous}
            aria-disabled={place <= first}
            onClick={() => past.go(place - 1)}
          >
            ‹
          </button>
          <input
            type="number"
            aria-label={texts.number}
            {...limits}
            value={typed ?? place}
            onFocus={({ currentTarget }) => setTyped(currentTarget.value)}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            onBlur={() => setTyped(null)}
            onChange={({ currentTarget }) => {
              setTyped(null);
              past.go(currentTarget.valueAsNumber);
              // What lies outside, or is no number, has moved nothing: then this would not be drawn anew.
              currentTarget.value = String(past.place.peek());
            }}
          />
          <button
            type="button"
            class="small"
            aria-label={texts.next}
            aria-disabled={place >= last}
            onClick={() => past.go(place + 1)}
          >
            ›
          </button>
          <span class="soft small">{where}</span>
        </div>
      </div>
      {first > 1 && <p class="soft small">{texts.trimmed(first)}</p>}
      {past.problem.value !== null && (
        <p class="why" data-is="bad" role="alert">
          {texts.failed(past.problem.value)}
        </p>
      )}
      {shown ? <PastTask shown={shown} /> : <p role="status">{texts.loading}</p>}
    </>
  );
}

function PastTask({ shown: { n, task, before, event } }: { shown: Shown }) {
  return (
    <>
      {event?.at && event.change && (
        <p class="small">
          {moment(event.at)} <code>{JSON.stringify(event.change)}</code>
        </p>
      )}
      <dl class="past" data-event={n}>
        {Object.entries(task).map(([name, value]) => (
          <Field key={name} name={name} value={value} was={before?.[name as keyof Task]} isKnown={before !== null} />
        ))}
      </dl>
    </>
  );
}

function Field({ name, value, was, isKnown }: { name: string; value: unknown; was: unknown; isKnown: boolean }) {
  const text = JSON.stringify(value);
  const changed = isKnown && text !== JSON.stringify(was);
  return (
    <div data-changed={changed ? '' : undefined}>
      <dt>
        {name}
        {changed && <span class="unseen"> ({wireWords().past.changed})</span>}
      </dt>
      <dd>
        <code dir="ltr">
          <VisibleText text={text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text} />
        </code>
      </dd>
    </div>
  );
}
