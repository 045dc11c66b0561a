import type { Ready } from './app-model.ts';
import { Empty } from './empty.tsx';
import { FilterBar } from './filter-bar.tsx';
import { type Filter, hrefOf, isNarrow, noFilter, type Router } from './route.ts';
import { SelectionBar } from './selection-bar.tsx';
import { strings } from './strings.ts';
import { TaskRows } from './task-rows.tsx';
import { useHeading } from './use-heading.ts';

export function TasksPage({ app, filter, router }: { app: Ready; filter: Filter; router: Router }) {
  const texts = strings.list;
  const title = useHeading();
  return (
    <main tabIndex={-1} class="tasks">
      <h1 ref={title} tabIndex={-1}>
        {texts.title}
      </h1>
      <FilterBar app={app} filter={filter} router={router} />
      <SelectionBar app={app} filter={filter} />
      <ListingState app={app} filter={filter} />
      <TaskRows app={app} />
    </main>
  );
}

function ListingState({ app: { tasks }, filter }: { app: Ready; filter: Filter }) {
  const texts = strings.list;
  const listing = tasks.listing.value;
  switch (listing.kind) {
    case 'loading':
      if (tasks.visible.value.length > 0) return null;
      return (
        <p class="loading soft" role="status">
          {texts.loading}
        </p>
      );
    case 'failed':
      return (
        <div class="notice" data-is="bad" role="alert">
          <span class="notice-text">{texts.failed(listing.detail)}</span>
          <button type="button" onClick={tasks.open}>
            {texts.again}
          </button>
        </div>
      );
    case 'listed':
      if (tasks.visible.value.length > 0) return null;
      if (isNarrow(filter)) {
        return (
          <Empty title={texts.none}>
            <a class="button" href={hrefOf({ view: 'tasks', filter: noFilter })}>
              {texts.clear}
            </a>
          </Empty>
        );
      }
      return (
        <Empty title={texts.empty} about={texts.emptyAbout}>
          <a class="button first" href={hrefOf({ view: 'start', type: null, shared: null })}>
            {texts.emptyGo}
          </a>
        </Empty>
      );
  }
}
