import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Connection } from './connection-model.ts';
import { FrameRow } from './frame-row.tsx';
import { wireWords } from './words.ts';

/** So many rows are drawn at first, and more when somebody asks: a flood of frames must leave the page alive. */
const DRAWN = 200;

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
  const more = useSignal(DRAWN);
  const entries = connection.entries.value;
  const place =
    marked === null ? -1 : entries.findIndex((entry) => entry.kind === 'frame' && entry.frame.id === marked);
  const drawn = Math.max(more.value, place === -1 ? 0 : entries.length - place + DRAWN / 2);
  const hidden = Math.max(0, entries.length - drawn);
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
  }, [marked, place === -1]);

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
        {hidden > 0 && (
          <li class="passed">
            <button
              type="button"
              class="small"
              onClick={() => {
                more.value += 5 * DRAWN;
              }}
            >
              {texts.moreRows(Math.min(hidden, 5 * DRAWN))}
            </button>
          </li>
        )}
        {entries.slice(hidden).map((entry) => (
          <FrameRow key={entry.key} entry={entry} see={see} />
        ))}
      </ol>
    </>
  );
}
