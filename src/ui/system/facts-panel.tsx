import { engineOf, factsOf } from './engine-facts.ts';
import { Panel } from './panel.tsx';
import { systemStrings } from './strings.ts';

export function FactsPanel() {
  const texts = systemStrings().facts;
  const engine = engineOf(navigator.userAgent);
  return (
    <Panel id="facts" title={`${texts.title}: ${texts.engines[engine]}`} about={texts.about}>
      <ul class="engine-facts">
        {factsOf(engine).map(({ text, measured }) => (
          <li key={text}>
            {text} <span class="soft small">({measured === null ? texts.asked : texts.measured(measured)})</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
