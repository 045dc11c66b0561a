/** Works on several pictures at a time, and hands them over in order. */
import type { FileRef, InputFile, JobContext } from '../../../src/core/job.ts';
import { BUDGET_BYTES } from './cost.ts';
import type { Header } from './header.ts';
import type { Made, Order, Target } from './plan.ts';
import type { Pool } from './pool.ts';
import { type Source, sourceOf } from './source.ts';

export interface Converted {
  header: Header;
  to: Target;
  made: Made;
}

export interface Flying {
  file: InputFile;
  work: Promise<Converted>;
}

export interface Wish extends Omit<Order, 'bytes' | 'format' | 'to' | 'thumbnail'> {
  to: Target | 'same';
  limit_seconds: number;
}

const AHEAD = 2;

/** The files from `start` on. `thumbnails`: so many of all files get one. */
export async function* inOrder(
  files: readonly FileRef[],
  start: number,
  thumbnails: number,
  wish: Wish,
  pool: Pool,
  context: Pick<JobContext<unknown>, 'file'>,
): AsyncGenerator<Flying, void, void> {
  const flying: (Flying & { cost: number })[] = [];
  let waiting: { file: InputFile; source: Promise<Source>; cost: number } | null = null;
  let cost = 0;
  for (let next = start; next < files.length || flying.length > 0; ) {
    const ref = files[next];
    if (ref && flying.length < pool.size + AHEAD) {
      waiting ??= await looked(await context.file(ref), wish);
      if (flying.length === 0 || cost + waiting.cost <= BUDGET_BYTES) {
        const work = converted(waiting.source, wish, next < thumbnails, pool);
        // It is awaited when it is its turn.
        work.catch(() => {});
        flying.push({ file: waiting.file, work, cost: waiting.cost });
        cost += waiting.cost;
        waiting = null;
        next += 1;
        continue;
      }
    }
    const first = flying.shift();
    if (!first) break;
    yield first;
    await first.work.catch(() => {});
    cost -= first.cost;
  }
}

async function looked(file: InputFile, wish: Wish) {
  const source = sourceOf(file, wish);
  const cost = await source.then(
    ({ cost }) => cost.bytes,
    () => 0,
  );
  return { file, source, cost };
}

async function converted(
  source: Promise<Source>,
  { limit_seconds, ...wish }: Wish,
  thumbnail: boolean,
  pool: Pool,
): Promise<Converted> {
  const { file, header, to, cost } = await source;
  // A copy of its own: it is handed over to the thread.
  const bytes = (await file.read(0, file.size)).slice();
  const order = { ...wish, bytes, format: header.format, to, thumbnail };
  return { header, to, made: await pool.make(order, limit_seconds, cost.kept) };
}
