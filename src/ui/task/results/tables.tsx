import { LongList } from '../../long-list.tsx';
import { strings } from '../../strings.ts';
import type { Column, Malformed, Tables } from './shapes.ts';

const STEP = 50;

export function TableReports({ result: { tables } }: { result: Tables }) {
  const texts = strings.view;
  return (
    <>
      {tables.map(({ file, rows, malformed, columns }, at) => (
        <div key={at} class="report">
          <h3>
            <bdi>{file}</bdi> <span class="soft small">{texts.rows(rows)}</span>
          </h3>
          {malformed.count > 0 && <MalformedRows malformed={malformed} />}
          <LongList items={columns} step={STEP}>
            {(shown) => <Columns columns={shown} label={file} />}
          </LongList>
        </div>
      ))}
    </>
  );
}

const MalformedRows = ({ malformed: { count, listed } }: { malformed: Malformed }) => (
  <details>
    <summary>{strings.view.malformed(count)}</summary>
    <ul class="names-list">
      {listed.map(({ line, why, row }, at) => (
        <li key={at}>
          {strings.view.line(line)}: {why} <bdi class="soft">{row}</bdi>
        </li>
      ))}
      {count > listed.length && <li>{strings.view.moreMalformed(count - listed.length)}</li>}
    </ul>
  </details>
);

function Columns({ columns, label }: { columns: readonly Column[]; label: string }) {
  const texts = strings.view.columns;
  const profiled = columns.some(({ distinct }) => distinct);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to get there.
    <section class="wide" tabIndex={0} aria-label={label}>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{texts.name}</th>
            <th scope="col">{texts.type}</th>
            <th scope="col">{texts.empty}</th>
            {profiled && <th scope="col">{texts.distinct}</th>}
            {profiled && <th scope="col">{texts.range}</th>}
            {profiled && <th scope="col">{texts.mean}</th>}
            {profiled && <th scope="col">{texts.spread}</th>}
          </tr>
        </thead>
        <tbody>
          {columns.map((column, at) => (
            <tr key={at}>
              <th scope="row">
                <bdi>{column.name}</bdi>
              </th>
              <td>{column.type}</td>
              <td>{number(column.empty)}</td>
              {profiled && <td>{distinctOf(column)}</td>}
              {profiled && <td>{rangeOf(column)}</td>}
              {profiled && <td>{typeof column.mean === 'number' && number(column.mean)}</td>}
              {profiled && (
                <td>
                  <Spread column={column} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const number = (value: number) => value.toLocaleString(strings.locale, { maximumFractionDigits: 4 });
const shown = (value: string | number) => (typeof value === 'number' ? number(value) : value);

function distinctOf({ distinct }: Column): string {
  if (!distinct) return '';
  return distinct.exact ? number(distinct.count) : strings.view.about(distinct.count);
}

function rangeOf({ min, max }: Column) {
  if (min === null || min === undefined || max === null || max === undefined) return '';
  return (
    <>
      <bdi>{shown(min)}</bdi> – <bdi>{shown(max)}</bdi>
    </>
  );
}

/** Few values are named, numbers are drawn; what is drawn is said as well. */
function Spread({ column: { values = [], histogram = [] } }: { column: Column }) {
  if (values.length > 0 && histogram.length === 0) {
    return (
      <ul class="values">
        {values.slice(0, 4).map(({ value, count }) => (
          <li key={value}>
            <bdi>{value}</bdi> <span class="soft">{number(count)}</span>
          </li>
        ))}
      </ul>
    );
  }
  if (histogram.length === 0) return null;
  const most = Math.max(1, ...histogram.map(({ count }) => count));
  const words = histogram.map(({ from, to, count }) => strings.view.bin(number(from), number(to), count)).join('; ');
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${histogram.length * 6} 24`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words}
    >
      {histogram.map(({ from, count }, at) => {
        // The smallest bar is still a bar.
        const height = count === 0 ? 0 : Math.max(1, (24 * count) / most);
        return <rect key={from} x={at * 6} y={24 - height} width={5} height={height} />;
      })}
    </svg>
  );
}
