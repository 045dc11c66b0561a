import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { clockTime, speed } from '../format.ts';
import { theme } from '../preferences.ts';
import { strings } from '../strings.ts';
import type { LogModel } from './log-model.ts';
import { type Plot, plotIn } from './plot.ts';
import { type Series, seriesOf, summaryOf } from './throughput.ts';

/** With fewer there is nothing to see that the words do not say. */
const LEAST = 4;
const IN_TABLE = 12;

/** How fast the task moved: drawn, in words, and as a table. */
export function Speed({ log }: { log: LogModel }) {
  const texts = strings.view;
  const throughput = log.throughput.value;
  const series = seriesOf(throughput);
  const summary = summaryOf(throughput);
  if (!summary || series.times.length < LEAST) return null;
  const shown = (rate: number) => speed(rate, throughput.unit);
  return (
    <section aria-labelledby="speed-title">
      <h2 id="speed-title">{texts.speed}</h2>
      <p class="soft small">{texts.speedSummary(shown(summary.mean), shown(summary.peak))}</p>
      <Chart series={series} shown={shown} />
      <details class="small">
        <summary>{texts.speedTable}</summary>
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{texts.time}</th>
              <th scope="col">{texts.speed}</th>
            </tr>
          </thead>
          <tbody>
            {sampled(series).map(([time, rate]) => (
              <tr key={time}>
                <th scope="row">{clockTime(time * 1000)}</th>
                <td>{rate === null ? '–' : shown(rate)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

function sampled({ times, rates }: Series): [number, number | null][] {
  const every = Math.max(1, times.length / IN_TABLE);
  return Array.from({ length: Math.min(IN_TABLE, times.length) }, (_, i) => {
    const at = Math.floor(i * every);
    return [times[at] ?? 0, rates[at] ?? null];
  });
}

/** What is drawn is said above and stands in the table: here is nothing more to hear. */
function Chart({ series, shown }: { series: Series; shown(rate: number): string }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useSignal<Plot | null>(null);
  useEffect(() => {
    const end = new AbortController();
    if (place.current) {
      plotIn(place.current, shown, end.signal).then((made) => {
        if (!end.signal.aborted) plot.value = made;
      }, reportError);
    }
    return () => end.abort();
    // Its colors are the theme's: another theme, another chart.
  }, [theme.value]);
  const made = plot.value;
  useEffect(() => made?.show(series));
  return <div ref={place} class="chart" aria-hidden="true" />;
}
