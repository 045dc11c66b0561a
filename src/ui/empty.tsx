import type { ComponentChildren } from 'preact';

/** A view with nothing in it: what it is for, and the way on. */
export function Empty({ title, about, children }: { title: string; about?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {about && <p class="soft">{about}</p>}
      {children}
    </div>
  );
}
