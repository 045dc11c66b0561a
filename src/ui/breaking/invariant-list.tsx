import type { BreakingModel } from './breaking-model.ts';
import { type History, type Invariant, invariants, noHistory } from './invariants.ts';
import { breakStrings } from './strings.ts';

export function InvariantList({ model }: { model: BreakingModel }) {
  const texts = breakStrings().invariants;
  const { client, wire } = model.experiment.value?.histories ?? { client: noHistory, wire: noHistory };
  const broken = [...client.broken, ...wire.broken];
  return (
    <section class="panel" aria-labelledby="invariants-title">
      <h2 id="invariants-title">{texts.title}</h2>
      <p class="soft small">{texts.about}</p>
      <ul class="invariants">
        {invariants.map((invariant) => (
          <li key={invariant}>
            <h3>{texts.each[invariant]}</h3>
            <Holds reader={texts.client} invariant={invariant} history={client} />
            <Holds reader={texts.wire} invariant={invariant} history={wire} />
          </li>
        ))}
      </ul>
      {broken.length > 0 && (
        <div role="alert">
          <h3>{texts.detail}</h3>
          <ul>
            {broken.map(({ what }, at) => (
              <li key={at}>{what}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

interface HoldsProps {
  reader: string;
  invariant: Invariant;
  history: History;
}

function Holds({ reader, invariant, history }: HoldsProps) {
  const texts = breakStrings().invariants;
  const isBroken = history.broken.some((each) => each.invariant === invariant);
  const judged = isBroken || history.events > 0;
  return (
    <p class="small" data-is={isBroken ? 'bad' : judged ? 'good' : undefined}>
      <span class="soft">{reader}</span> {judged && <strong>{isBroken ? texts.broken : texts.holds}</strong>}{' '}
      <span class="soft">{figureOf(invariant, history)}</span>
    </p>
  );
}

function figureOf(invariant: Invariant, { events, last, completes, compared }: History): string {
  const texts = breakStrings().invariants;
  switch (invariant) {
    case 'missed':
      return texts.events(events, last);
    case 'complete':
      return texts.completes(completes);
    case 'fold':
      return texts.compared(compared);
    default:
      return '';
  }
}
