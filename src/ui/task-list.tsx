import { useRef } from 'preact/hooks';
import type { Ready } from './app-model.ts';
import type { Notices } from './notices-model.ts';
import { strings } from './strings.ts';
import { TaskCard } from './task-card.tsx';

const texts = strings.tasks;

export function TaskList({ app, notices }: { app: Ready; notices: Notices }) {
  const { tasks } = app;
  const title = useRef<HTMLHeadingElement>(null);
  return (
    <section class="tasks" aria-labelledby="tasks-title">
      <h2 id="tasks-title" ref={title} tabIndex={-1}>
        {texts.title}
      </h2>
      <ListingState app={app} />
      <ol>
        {tasks.visible.value.map((row) => (
          <li key={row.task_id}>
            <TaskCard row={row} app={app} notices={notices} removed={() => title.current?.focus()} />
          </li>
        ))}
      </ol>
      {tasks.more.value && (
        <button type="button" onClick={tasks.loadMore}>
          {texts.more}
        </button>
      )}
    </section>
  );
}

function ListingState({ app: { tasks } }: { app: Ready }) {
  const listing = tasks.listing.value;
  switch (listing.kind) {
    case 'loading':
      return <p class="soft">{texts.loading}</p>;
    case 'failed':
      return (
        <div class="notice" data-is="bad" role="alert">
          <span>{texts.failed(listing.detail)}</span>
          <button type="button" onClick={tasks.open}>
            {texts.again}
          </button>
        </div>
      );
    case 'listed':
      return tasks.visible.value.length === 0 ? <p class="soft">{texts.empty}</p> : null;
  }
}
