import { duration, moment } from '../format.ts';
import type { BreakingModel } from './breaking-model.ts';
import type { Made } from './faults.ts';
import { breakStrings } from './strings.ts';

export function MadeList({ model }: { model: BreakingModel }) {
  const texts = breakStrings().made;
  const made = model.experiment.value?.made ?? [];
  return (
    <section class="panel" aria-labelledby="made-title">
      <h2 id="made-title">{texts.title}</h2>
      {made.length === 0 ? (
        <p class="soft">{texts.none}</p>
      ) : (
        <ol class="made" aria-live="polite">
          {made.toReversed().map((each) => (
            <MadeItem key={each.at} made={each} />
          ))}
        </ol>
      )}
    </section>
  );
}

function MadeItem({ made: { fault, at, attempt, survived } }: { made: Made }) {
  const { made: texts, faults } = breakStrings();
  return (
    <li>
      <span>
        <time class="soft small">{moment(new Date(at).toISOString())}</time> {faults.each[fault].name}:{' '}
      </span>
      <strong>
        {survived ? texts.wentOn(duration(survived.ms), survived.event) : texts.waiting}
        {survived && survived.attempt > attempt && `, ${texts.inAttempt(survived.attempt)}`}
      </strong>
    </li>
  );
}
