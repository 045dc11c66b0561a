import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Ready } from './app-model.ts';
import { strings } from './strings.ts';
import { TaskRow } from './task-row.tsx';

/** Rows above and below the screen, so that a quick scroll finds them drawn. */
const SPARE = 8;
/** How near to the end of what is loaded the next page is asked for. */
const AHEAD = 200;
const FIRST_GUESS_PX = 68;

/** Where the list was when it was left: back is where it was. */
let left = 0;

/** Only the rows near the screen are there; every row is as high as the next. */
export function TaskRows({ app }: { app: Ready }) {
  const { tasks } = app;
  const list = useRef<HTMLOListElement>(null);
  const height = useSignal(FIRST_GUESS_PX);
  const span = useSignal<readonly [number, number]>([0, 2 * SPARE]);
  const rows = tasks.visible.value;

  function look() {
    const top = list.current?.getBoundingClientRect().top ?? 0;
    const row = list.current?.querySelector('li')?.offsetHeight || height.peek();
    height.value = row;
    // In steps, so that most of a scroll changes nothing.
    const first = Math.max(0, Math.floor(-top / row / SPARE) * SPARE - SPARE);
    const last = first + Math.ceil(innerHeight / row / SPARE) * SPARE + 3 * SPARE;
    const [start, end] = span.peek();
    if (start !== first || end !== last) span.value = [first, last];
    if (tasks.more.peek() && last + AHEAD > tasks.visible.peek().length) tasks.loadMore();
  }

  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    addEventListener('scroll', look, { signal, passive: true });
    addEventListener('resize', look, { signal });
    scrollTo(0, left);
    return () => {
      end.abort();
    };
  }, []);
  useLayoutEffect(look, [rows]);
  useEffect(() => {
    const remember = () => {
      left = scrollY;
    };
    addEventListener('scroll', remember, { passive: true });
    return () => removeEventListener('scroll', remember);
  }, []);

  const [start, end] = span.value;
  return (
    <ol
      ref={list}
      class="rows"
      aria-label={strings.list.label}
      hidden={rows.length === 0}
      style={{ blockSize: `${rows.length * height.value}px` }}
    >
      {rows.slice(start, end).map((row, i) => (
        <TaskRow
          key={row.task_id}
          row={row}
          app={app}
          at={start + i}
          of={tasks.more.value ? -1 : rows.length}
          top={(start + i) * height.value}
        />
      ))}
    </ol>
  );
}
