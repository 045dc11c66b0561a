/** What is done again after a kill: the executor's thread is terminated somewhere in the work, and a new one goes on. */
import type { Client } from '../../src/client/index.ts';
import { between, pause } from './bench.ts';
import { type Figure, figure } from './figure.ts';

const MIB = 1024 * 1024;
const KILLS = 12;

/** How much of a task's work over these files is done again; `rest`: beside them in its input. */
export async function killed(client: Client, type: string, sources: File[], rest: object = {}): Promise<Figure[]> {
  const added = new Map<File, { file_id: string }>();
  for (const source of new Set(sources)) {
    const { file_id } = await client.addFile(source, source.name);
    added.set(source, { file_id });
  }
  const files = sources.map((source) => added.get(source));
  const again: number[][] = [];
  const before: number[][] = [];
  while (again.length < KILLS) {
    const { task_id } = await client.submit({ type, input: { files, ...rest } });
    const found = await oneKill(client, task_id);
    await client.remove(task_id);
    if (!found) continue;
    again.push([found.again / MIB]);
    before.push([found.before / MIB]);
  }
  for (const { file_id } of added.values()) await client.removeFile(file_id);
  const common = { unit: 'MiB', ours: again, other: before, beside: 'to begin anew', aims: [] };
  return [
    figure({ ...common, what: `${type}: done again after a kill` }),
    figure({ ...common, what: `${type}: done again after a kill, at worst`, quantile: 1 }),
  ];
}

/** How much was done when the executor was killed, and how much of that the next one did again; null if the task had ended. */
async function oneKill(client: Client, task_id: string): Promise<{ before: number; again: number } | null> {
  const executing = client.startExecutor();
  let before = 0;
  let kill: Promise<void> | undefined;
  try {
    for await (const { event, data } of client.watch(task_id)) {
      if (event === 'complete') return null;
      if (event !== 'message' || data.status !== 'running') continue;
      if (data.attempt > 1) {
        await client.cancel(task_id);
        return { before, again: before - data.done };
      }
      before = data.done;
      // Anywhere in two seconds of work: every place between two checkpoints is as likely.
      kill ??= pause(between(1_000, 3_000)).then(() => executing.break('executor'));
    }
    return null;
  } finally {
    await kill;
    executing();
  }
}
