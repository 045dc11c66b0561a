/** Which tasks fit a filter, by the same rule as the server's. */
import type { Task, TaskFilter } from '../client/index.ts';
import type { Filter } from './route.ts';

/** As the server is asked: what narrows nothing is left out. */
export const queryOf = ({ status, type, tag, q }: Filter): TaskFilter => ({
  ...(status.length > 0 ? { status } : {}),
  ...(type ? { type } : {}),
  ...(tag ? { tag } : {}),
  ...(q ? { q } : {}),
});

export function matches(task: Task, { status, type, tag, q }: Filter): boolean {
  if (status.length > 0 && !status.includes(task.status)) return false;
  if (type && task.type !== type) return false;
  if (tag && !task.tags.includes(tag)) return false;
  if (!q) return true;
  const text = searchable(task);
  // In JSON a quote, a backslash or a line's end is escaped.
  return [q, JSON.stringify(q).slice(1, -1)].some((each) => text.includes(each.toLowerCase()));
}

/** What is not there yet is no text. */
const searchable = ({ type, message, input, result, error }: Task): string =>
  [type, message, ...[input, result, error].map((each) => each && JSON.stringify(each))].join('\n').toLowerCase();
