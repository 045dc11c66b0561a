import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { Connection, Entry } from './connection-model.ts';
import { FrameRow } from './frame-row.tsx';
import { wireWords } from './words.ts';

interface ListProps {
  connection: Connection;
  label: string;
  see?: (id: string) => void;
  /** The event that is looked at: its frame is marked, and scrolled to. */
  marked?: string | null;
}

/** All that passes on a connection. It stays at the end while somebody looks at the end. */
export function FrameList({ connection, label, see, marked = null }: ListProps) {
  const texts = wireWords().frames;
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  // A row never changes: what is drawn once is not compared again.
  const rows = useMemo(() => new WeakMap<Entry, VNode>(), []);
  const row = (entry: Entry): VNode => {
    const drawn = rows.get(entry) ?? <FrameRow key={entry.key} entry={entry} see={see} />;
    rows.set(entry, drawn);
    return drawn;
  };
  const entries = connection.entries.value;
  const forgotten = connection.forgotten.value;

  useLayoutEffect(() => {
    if (marked !== null) return;
    const toEnd = () => {
      const box = list.current;
      if (box && atEnd.current) box.scrollTop = box.scrollHeight;
    };
    toEnd();
    // Rows that come into sight take their real height only then.
    const later = requestAnimationFrame(toEnd);
    return () => cancelAnimationFrame(later);
  }, [entries, marked]);

  useEffect(() => {
    const box = list.current;
    for (const old of box?.querySelectorAll('[data-marked]') ?? []) old.removeAttribute('data-marked');
    const found = marked === null ? null : box?.querySelector<HTMLElement>(`[data-id="${CSS.escape(marked)}"]`);
    if (!box || !found) return;
    found.setAttribute('data-marked', '');
    box.scrollTop = found.offsetTop - (box.clientHeight - found.offsetHeight) / 2;
  }, [marked]);

  return (
    <>
      {forgotten > 0 && <p class="soft small">{texts.earlier(forgotten)}</p>}
      <ol
        class="frames"
        ref={list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard, in Safari as well
        tabIndex={0}
        aria-label={label}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          const isNear = scrollHeight - scrollTop - clientHeight < 40;
          // Rows grow as they come into sight: only who goes up has left the end.
          if (isNear || scrollTop < top.current) atEnd.current = isNear;
          top.current = scrollTop;
        }}
      >
        {entries.length === 0 && <li class="soft">{texts.none}</li>}
        {entries.map(row)}
      </ol>
    </>
  );
}
