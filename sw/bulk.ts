/** Many tasks at once, over the filters of a listing. Tasks in another state are passed over. */
import * as v from 'valibot';
import type { Filter, Tasks } from '../src/core/store.ts';
import type { StoredOutputs } from '../src/core/stored-outputs.ts';
import { isFinished, type Task } from '../src/core/task.ts';
import { FilterSchema, parseQuery, type Query } from './body.ts';
import type { Commands } from './command.ts';
import { Refusal } from './problem.ts';

const PAGE = 500;
/** Canceling a running task waits for its job; so many are waited for at a time. */
const AT_ONCE = 50;

/** A bulk request has to say what it means: a filter, or `all=true`. Every task holds the empty `q`. */
export const BulkQuerySchema = v.strictObject({
  ...FilterSchema.entries,
  q: v.optional(v.pipe(v.string(), v.nonEmpty())),
  all: v.optional(v.literal('true')),
});
function bulkFilter(query: Query): v.InferOutput<typeof FilterSchema> {
  const { all, ...filter } = parseQuery(BulkQuerySchema, query);
  if (!all && Object.keys(filter).length === 0) {
    throw new Refusal(400, 'bad-request', 'A filter (status, type, tag, q) or all=true is required.');
  }
  return filter;
}

interface BulkHost {
  store: Tasks;
  files: Pick<StoredOutputs, 'removeOutputs'>;
  commands: Pick<Commands, 'cancel'>;
  /** What went wrong where nobody waits for an answer. */
  report(error: unknown): void;
}

export function createBulk({ store, files, commands, report }: BulkHost) {
  async function select(filter: Filter, wanted: (task: Task) => boolean): Promise<string[]> {
    const ids: string[] = [];
    let page: string | null = null;
    do {
      const { tasks, next_page } = await store.list(filter, PAGE, page);
      ids.push(...tasks.filter(wanted).map((task) => task.task_id));
      page = next_page;
    } while (page !== null);
    return ids;
  }

  async function each(ids: string[], change: (task_id: string) => Promise<boolean>): Promise<number> {
    let count = 0;
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const done = await Promise.all(ids.slice(i, i + AT_ONCE).map(change));
      count += done.filter(Boolean).length;
    }
    return count;
  }

  async function remove(task_id: string): Promise<boolean> {
    if ((await store.delete(task_id)) !== 'deleted') return false;
    // The rest is removed all the same: what is left of a task that is gone is found by the next clean-up.
    await files.removeOutputs(task_id).catch(report);
    return true;
  }

  return {
    /** How many were canceled. */
    async cancel(query: Query): Promise<number> {
      const ids = await select(bulkFilter(query), ({ status }) => !isFinished(status));
      return each(ids, async (task_id) => {
        try {
          await commands.cancel(task_id);
          return true;
        } catch (error) {
          // It ended, or went, meanwhile.
          if (error instanceof Refusal) return false;
          throw error;
        }
      });
    },

    /** How many finished tasks were removed. */
    remove: async (query: Query): Promise<number> =>
      each(await select(bulkFilter(query), ({ status }) => isFinished(status)), remove),
  };
}
