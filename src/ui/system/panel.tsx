import type { ComponentChildren } from 'preact';

interface PanelProps {
  /** Unique on the page. */
  id: string;
  title: string;
  about?: string;
  children: ComponentChildren;
}

export function Panel({ id, title, about, children }: PanelProps) {
  return (
    <section id={id} class="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {about && <p class="soft small">{about}</p>}
      {children}
    </section>
  );
}
