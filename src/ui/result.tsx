import { factsIn, sumsIn } from './json.ts';
import type { Notices } from './notices-model.ts';
import { SumTable } from './sum-table.tsx';

export function Result({ result, notices }: { result: unknown; notices: Notices }) {
  const sums = sumsIn(result);
  if (sums) return <SumTable sums={sums} notices={notices} />;
  const facts = factsIn(result);
  if (facts) {
    return (
      <>
        <dl class="facts">
          {facts.plain.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {facts.rest && <pre>{shortened(JSON.stringify(facts.rest, null, 2))}</pre>}
      </>
    );
  }
  return <pre>{shortened(JSON.stringify(result, null, 2))}</pre>;
}

/** Of twenty thousand files nobody reads the last; the outputs and the API have them all. */
const MOST_SHOWN = 20_000;

const shortened = (text: string) => (text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)} …` : text);
