/** What is done again after a kill: the executor's thread is terminated somewhere in the work, and a new one goes on. */
import { type Client, connect } from '../../../src/client/index.ts';
import { ask } from '../bare/ask.ts';
import { between, pause, type Row } from '../bench.ts';
import { type Figure, figure } from '../figure.ts';
import { lines } from '../lines.ts';
import { photo } from '../photo.ts';
import { sales } from '../sales.ts';

const MIB = 1024 * 1024;
const KILLS = 12;

export const row: Row = async (bench) => {
  const client = await connect();
  const random = await bench.file(1024 * MIB);
  const log = lines(512 * MIB);
  const some = new File([log.slice(0, 128 * MIB)], log.name);
  const hasher = new Worker(new URL('../bare/hash.worker.ts', import.meta.url), { type: 'module' });
  const list = new File([`${await ask<string>(hasher, [random])}  ${random.name}\n`], 'SHA256SUMS');
  hasher.terminate();
  const packed = await new Response(log.stream().pipeThrough(new CompressionStream('gzip'))).blob();
  const pictures = Array(400).fill(await photo());
  const works: [string, File[], object?][] = [
    ['checksum', [random]],
    ['verify', [list, random]],
    ['duplicates', [random, new File([random], 'the same')]],
    ['archive', [some]],
    ['extract', [new File([packed], 'lines.log.gz')]],
    ['table', [sales(128 * MIB)]],
    ['grep', [log, new File([log], 'again.log'), new File([log], 'once more.log')], { pattern: 'retry25\\d ' }],
    ['images', pictures, { percent: 50 }],
  ];
  const figures: Figure[] = [];
  for (const [type, files, input] of works) figures.push(...(await killed(client, type, files, input)));
  return figures;
};

async function killed(client: Client, type: string, sources: File[], rest: object = {}): Promise<Figure[]> {
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
