import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { strings } from './strings.ts';

interface LongListProps<T> {
  items: readonly T[];
  /** How many are shown at first, and how many more each time. */
  step: number;
  children(shown: readonly T[]): ComponentChildren;
}

/** The first of many, and a button for more. */
export function LongList<T>({ items, step, children }: LongListProps<T>) {
  const shown = useSignal(step);
  const more = Math.min(step, items.length - shown.value);
  return (
    <>
      {children(items.slice(0, shown.value))}
      {more > 0 && (
        <button
          type="button"
          class="small"
          onClick={({ currentTarget }) => {
            // With the last of them the button goes, and the list before it takes the focus.
            if (items.length - shown.peek() <= step) focusOn(currentTarget.previousElementSibling);
            shown.value += step;
          }}
        >
          {strings.view.showMore(more)}
        </button>
      )}
    </>
  );
}

function focusOn(list: Element | null) {
  if (!(list instanceof HTMLElement)) return;
  if (list.tabIndex < 0) list.tabIndex = -1;
  list.focus({ preventScroll: true });
}
