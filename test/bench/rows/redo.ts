/** What is done again after a kill: the executor's thread is terminated somewhere in the work, and a new one goes on. */
import { type Client, connect } from '../../../src/client/index.ts';
import { between, pause, type Row } from '../bench.ts';
import { type Figure, figure } from '../figure.ts';
import { lines } from '../lines.ts';

const MIB = 1024 * 1024;
const KILLS = 12;

export const row: Row = async (bench) => {
  const client = await connect();
  const random = await bench.file(1024 * MIB);
  const log = lines(128 * MIB);
  return [
    ...(await killed(client, 'checksum', random)),
    ...(await killed(client, 'duplicates', random, random)),
    ...(await killed(client, 'archive', log)),
  ];
};

async function killed(client: Client, type: string, ...sources: File[]): Promise<Figure[]> {
  const files = await Promise.all(sources.map(async (source) => ({ file_id: (await client.addFile(source)).file_id })));
  const again: number[][] = [];
  const before: number[][] = [];
  while (again.length < KILLS) {
    const { task_id } = await client.submit({ type, input: { files } });
    const found = await oneKill(client, task_id);
    await client.remove(task_id);
    if (!found) continue;
    again.push([found.again / MIB]);
    before.push([found.before / MIB]);
  }
  await Promise.all(files.map(({ file_id }) => client.removeFile(file_id)));
  const common = { unit: 'MiB', ours: again, other: before, beside: 'to begin anew', aims: [] };
  return [
    figure({ ...common, what: `${type}: done again after a kill` }),
    figure({ ...common, what: `${type}: done again after a kill, at worst`, quantile: 1 }),
  ];
}

/** How much was done when the executor was killed, and how much of that the next one did again; null if the task had ended. */
async function oneKill(client: Client, task_id: string): Promise<{ before: number; again: number } | null> {
  let stop = client.startExecutor();
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
      kill ??= pause(between(1_000, 3_000)).then(() => {
        stop();
        stop = client.startExecutor();
      });
    }
    return null;
  } finally {
    await kill;
    stop();
  }
}
