import { useEffect, useRef } from 'preact/hooks';

const TYPING_MS = 200;

/**
 * What is typed is searched for when the typing stops for a moment; not any more when a link has been followed out of the view, which a
 * change of the address would call back.
 */
export function useTyping(search: (q: string) => void) {
  const latest = useRef(search);
  latest.current = search;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const forget = () => clearTimeout(timer.current);
    const clicked = ({ target }: Event) => {
      const link = target instanceof Element ? target.closest('a') : null;
      if (link && viewIn(link.hash) !== viewIn(location.hash)) forget();
    };
    // Before the link is followed.
    addEventListener('click', clicked, { capture: true });
    return () => {
      removeEventListener('click', clicked, { capture: true });
      forget();
    };
  }, []);
  const now = (q: string) => {
    clearTimeout(timer.current);
    latest.current(q);
  };
  return {
    now,
    soon(q: string) {
      clearTimeout(timer.current);
      timer.current = setTimeout(now, TYPING_MS, q);
    },
  };
}

const viewIn = (hash: string) => hash.split('?')[0];
