import { useEffect, useRef } from 'preact/hooks';
import type { Status } from '../client/index.ts';
import type { Ready } from './app-model.ts';
import { type Filter, hrefOf, type Router, statusOrder } from './route.ts';
import { strings } from './strings.ts';
import { useTyping } from './use-typing.ts';

interface FilterProps {
  app: Ready;
  filter: Filter;
  router: Router;
}

export function FilterBar({ app, filter, router }: FilterProps) {
  const texts = strings.list;
  const { tasks, types } = app;
  const counts = tasks.counts.value;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const tags = tasks.tags.value;
  const narrow = (change: Partial<Filter>) => router.replace({ view: 'tasks', filter: { ...filter, ...change } });
  const offered = filter.tag && !tags.includes(filter.tag) ? [filter.tag, ...tags] : tags;

  return (
    <search class="filter">
      <SearchField q={filter.q} search={(q) => narrow({ q })} />
      <label>
        <span class="unseen">{texts.type}</span>
        <select value={filter.type} onChange={({ currentTarget }) => narrow({ type: currentTarget.value })}>
          <option value="">{texts.allTypes}</option>
          {types.all.value.map(({ type }) => (
            <option key={type} value={type}>
              {types.titleOf({ type })}
            </option>
          ))}
        </select>
      </label>
      {offered.length > 0 && (
        <label>
          <span class="unseen">{texts.tag}</span>
          <select value={filter.tag} onChange={({ currentTarget }) => narrow({ tag: currentTarget.value })}>
            <option value="">{texts.allTags}</option>
            {offered.map((tag) => (
              <option key={tag} value={tag}>
                {tag}
              </option>
            ))}
          </select>
        </label>
      )}
      <ul class="chips" aria-label={texts.status}>
        <li>
          <a
            href={hrefOf({ view: 'tasks', filter: { ...filter, status: [] } })}
            aria-current={filter.status.length === 0 ? 'true' : undefined}
          >
            {texts.all} <span class="count">{total.toLocaleString(strings.locale)}</span>
          </a>
        </li>
        {statusOrder.map((status) => (
          <li key={status}>
            <a
              href={hrefOf({ view: 'tasks', filter: { ...filter, status: toggled(filter.status, status) } })}
              aria-current={filter.status.includes(status) ? 'true' : undefined}
              data-status={status}
            >
              {strings.status[status]} <span class="count">{counts[status].toLocaleString(strings.locale)}</span>
            </a>
          </li>
        ))}
      </ul>
    </search>
  );
}

const toggled = (list: readonly Status[], status: Status): Status[] =>
  list.includes(status) ? list.filter((each) => each !== status) : [...list, status];

function SearchField({ q, search }: { q: string; search(q: string): void }) {
  const input = useRef<HTMLInputElement>(null);
  const typing = useTyping((q) => search(q.trim()));
  useEffect(() => {
    if (input.current && input.current.value !== q && document.activeElement !== input.current) input.current.value = q;
  }, [q]);
  return (
    <label class="search">
      <span class="unseen">{strings.list.search}</span>
      <input
        ref={input}
        type="search"
        placeholder={strings.list.searchHint}
        defaultValue={q}
        onInput={({ currentTarget: { value } }) => typing.soon(value)}
      />
    </label>
  );
}
