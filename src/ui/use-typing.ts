import { useEffect, useRef } from 'preact/hooks';

const TYPING_MS = 200;

/**
 * What is typed is searched for when the typing stops for a moment, or when the field is left: a search that came later would
 * call back who has followed a link meanwhile.
 */
export function useTyping(search: (q: string) => void) {
  const latest = useRef(search);
  latest.current = search;
  const waiting = useRef<{ q: string; timer: ReturnType<typeof setTimeout> } | null>(null);
  const forget = () => {
    clearTimeout(waiting.current?.timer);
    waiting.current = null;
  };
  const now = (q: string) => {
    forget();
    latest.current(q);
  };
  useEffect(() => forget, []);
  return {
    now,
    soon(q: string) {
      forget();
      waiting.current = { q, timer: setTimeout(() => now(q), TYPING_MS) };
    },
    onBlur: () => waiting.current && now(waiting.current.q),
  };
}
