import { faults } from './faults.ts';
import type { Counter } from './kept.ts';
import { breakStrings } from './strings.ts';

export function SurvivedCounter({ counter }: { counter: Counter }) {
  const { survived: texts, faults: names } = breakStrings();
  const total = faults.reduce((sum, fault) => sum + (counter[fault] ?? 0), 0);
  return (
    <section class="panel" aria-labelledby="survived-title">
      <h2 id="survived-title">{texts.title}</h2>
      <p class="total">{texts.total(total)}</p>
      <ul class="soft small">
        {faults
          .filter((fault) => counter[fault])
          .map((fault) => (
            <li key={fault}>{texts.each(names.each[fault].name, counter[fault] ?? 0)}</li>
          ))}
      </ul>
    </section>
  );
}
