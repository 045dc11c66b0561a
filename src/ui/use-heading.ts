import { useEffect, useRef } from 'preact/hooks';

let first = true;

/** The heading of a view, which gets the focus when the view comes: so a screen reader says where the person is. Not on the first load. */
export function useHeading() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!first) heading.current?.focus({ preventScroll: true });
    first = false;
  }, []);
  return heading;
}
