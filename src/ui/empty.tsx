import type { ComponentChildren } from 'preact';

interface EmptyProps {
  title: string;
  about?: string;
  /** Whether it is all that the view has. */
  isAll?: boolean;
  children?: ComponentChildren;
}

/** A view with nothing in it: what it is for, and the way on. */
export function Empty({ title, about, isAll = false, children }: EmptyProps) {
  return (
    <div class="empty">
      {isAll ? <h1>{title}</h1> : <h2>{title}</h2>}
      {about && <p class="soft">{about}</p>}
      {children}
    </div>
  );
}
