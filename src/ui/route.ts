/** Where the person is. All of it stands in the address, so a reload, a bookmark and the back button know it too. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Status } from '../client/index.ts';

/** What narrows the list; an empty part narrows nothing. */
export interface Filter {
  status: readonly Status[];
  type: string;
  tag: string;
  q: string;
}

export type Route =
  /**
   * `type`: the job whose form is shown; `again`: the task whose input stands in it. `shared`: files that the system handed over, as the
   * service worker wrote them.
   */
  | { view: 'start'; type: string | null; shared: string | null; again?: string }
  | { view: 'tasks'; filter: Filter }
  | { view: 'task'; task_id: string }
  /** What passes between the server and who follows the task. */
  | { view: 'wire'; task_id: string }
  | { view: 'lessons' }
  | { view: 'system' }
  | { view: 'break' }
  /** Of the documents. */
  | { view: 'search'; q: string };

export const noFilter: Filter = { status: [], type: '', tag: '', q: '' };

export const isNarrow = ({ status, type, tag, q }: Filter): boolean => status.length > 0 || `${type}${tag}${q}` !== '';

// In the order in which people ask for them.
export const statusOrder = ['running', 'pending', 'paused', 'completed', 'failed', 'canceled'] as const;

/** The route in an address's hash. What cannot be read is the start. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [view, name, part] = path.split('/').map(decoded);
  const search = new URLSearchParams(query);
  if (view === 'tasks' && name) return { view: part === 'wire' ? 'wire' : 'task', task_id: name };
  if (view === 'lessons') return { view };
  if (view === 'search') return { view: 'search', q: search.get('q') ?? '' };
  if (view === 'tasks') {
    const wanted = (search.get('status') ?? '').split(',');
    return {
      view: 'tasks',
      filter: {
        status: statusOrder.filter((status) => wanted.includes(status)),
        type: search.get('type') ?? '',
        tag: search.get('tag') ?? '',
        q: search.get('q') ?? '',
      },
    };
  }
  if (view === 'system') return { view: name === 'break' ? 'break' : 'system' };
  const again = search.get('again');
  return {
    view: 'start',
    type: (view === 'start' && name) || null,
    shared: search.get('shared'),
    ...(again ? { again } : {}),
  };
}

/** The address of a route, for links. */
export function hrefOf(route: Route): string {
  switch (route.view) {
    case 'start':
      if (!route.type) return '#/';
      return `#/start/${encodeURIComponent(route.type)}${route.again ? `?${new URLSearchParams({ again: route.again })}` : ''}`;
    case 'search':
      return route.q ? `#/search?${new URLSearchParams({ q: route.q })}` : '#/search';
    case 'task':
      return `#/tasks/${encodeURIComponent(route.task_id)}`;
    case 'wire':
      return `#/tasks/${encodeURIComponent(route.task_id)}/wire`;
    case 'lessons':
      return '#/lessons';
    case 'system':
      return '#/system';
    case 'break':
      return '#/system/break';
    case 'tasks': {
      const { status, ...words } = route.filter;
      const parts = Object.entries({ status: status.join(','), ...words }).filter(([, value]) => value !== '');
      return parts.length === 0 ? '#/tasks' : `#/tasks?${new URLSearchParams(parts)}`;
    }
  }
}

export interface Router {
  route: ReadonlySignal<Route>;
  go(route: Route): void;
  /** Changes the address without a step in the history. */
  replace(route: Route): void;
}

export function createRouter(): Router {
  const hash = signal(location.hash);
  addEventListener('hashchange', () => {
    hash.value = location.hash;
  });
  return {
    route: computed(() => parseRoute(hash.value)),
    go(route) {
      location.hash = hrefOf(route);
      // Not only when the event comes: what follows may already rely on it.
      hash.value = location.hash;
    },
    replace(route) {
      history.replaceState(history.state, '', hrefOf(route));
      hash.value = location.hash;
    },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
