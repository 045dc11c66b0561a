import { type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { clockTime } from '../format.ts';
import { strings } from '../strings.ts';
import type { Line } from './lines.ts';

/** A message of several lines takes several rows: all are as high as the next. */
type LogRow = { key: string; time: number | null; level: keyof typeof strings.view.levelNames | 'gap'; text: string };

const ROW_PX = 22;
const SPARE = 20;
/** So near to the end is at the end: positions are fractions on some screens. */
const NEAR_PX = 4;

interface RowsProps {
  lines: readonly Line[];
  follow: Signal<boolean>;
  label: string;
}

/** Only the rows near the part that is seen are there. */
export function LogRows({ lines, follow, label }: RowsProps) {
  const place = useRef<HTMLElement>(null);
  const first = useSignal(0);
  const rows = useMemo(() => lines.flatMap(rowsOf), [lines]);
  const seen = Math.ceil((place.current?.clientHeight ?? 320) / ROW_PX) + 2 * SPARE;

  function look() {
    const box = place.current;
    if (!box) return;
    const at = Math.max(0, Math.floor(box.scrollTop / ROW_PX / SPARE) * SPARE - SPARE);
    if (at !== first.peek()) first.value = at;
    const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - NEAR_PX;
    // Scrolling up is how people say that they want to read; down to the end, that they want the newest again.
    if (follow.peek() !== atEnd) follow.value = atEnd;
  }

  useLayoutEffect(() => {
    const box = place.current;
    if (box && follow.value) box.scrollTop = box.scrollHeight;
  }, [rows.length, follow.value]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to get there.
    <section ref={place} class="lines" tabIndex={0} aria-label={label} onScroll={look}>
      <ol style={{ blockSize: `${rows.length * ROW_PX}px` }}>
        {rows.slice(first.value, first.value + seen).map((row, i) => (
          <li key={row.key} data-level={row.level} style={{ insetBlockStart: `${(first.value + i) * ROW_PX}px` }}>
            {row.time !== null && <time dateTime={new Date(row.time).toISOString()}>{clockTime(row.time)}</time>}
            {(row.level === 'warn' || row.level === 'error') && row.time !== null && (
              <strong>{strings.view.levelNames[row.level]}</strong>
            )}
            <bdi>{row.text}</bdi>
          </li>
        ))}
      </ol>
    </section>
  );
}

function rowsOf(line: Line): LogRow[] {
  if (line.kind === 'gap') {
    return [{ key: `${line.n}`, time: null, level: 'gap', text: strings.view.gap(line.events) }];
  }
  const { n, time, level, text } = line;
  return text
    .split(/\r?\n|\r/)
    .map((part, i) => ({ key: `${n}.${i}`, time: i === 0 ? time : null, level, text: part }));
}
