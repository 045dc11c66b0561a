import { factsIn, sumsIn } from './json.ts';
import type { Notices } from './notices-model.ts';
import { SumTable } from './sum-table.tsx';

export function Result({ result, notices }: { result: unknown; notices: Notices }) {
  const sums = sumsIn(result);
  if (sums) return <SumTable sums={sums} notices={notices} />;
  const facts = factsIn(result);
  if (facts) {
    return (
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    );
  }
  return <pre>{JSON.stringify(result, null, 2)}</pre>;
}
