import { defineJob, type JobContext } from '../../../src/core/job.ts';
import { bytesOf, opened } from '../opened.ts';
import { type Count, type Match, type Place, searched } from './file.ts';
import { startMatcher } from './matcher.ts';
import { regexOf } from './pattern.ts';
import { spec } from './spec.ts';

interface Checkpoint {
  /** Of the files that are done. */
  counts: Count[];
  first: Match[];
  /** Where the file after those stands. */
  place: Place | null;
  /** As in the progress then. */
  done: number;
}

export const job = defineJob({
  ...spec,
  async *run({ files, ...input }, context: JobContext<Checkpoint>) {
    const regex = regexOf(input);
    const counts = [...(context.resumeFrom?.counts ?? [])];
    const first = [...(context.resumeFrom?.first ?? [])];
    let begun = context.resumeFrom?.place ?? null;
    const metas = yield* opened(files, context, context.resumeFrom?.done);
    const total = bytesOf(metas);
    const [listName, listType] = LISTS[input.format];
    const list = await context.output(listName, listType);
    const matcher = await startMatcher(regex, context.signal);
    let before = bytesOf(metas.slice(0, counts.length));
    let found = counts.reduce((sum, { lines }) => sum + lines, 0);

    try {
      for (const ref of files.slice(counts.length)) {
        const file = await context.file(ref);
        const search = searched(file, begun, input, { matcher, list, first, log: context.log });
        begun = null;
        let step = await search.next();
        for (; !step.done; step = await search.next()) {
          const { read, lines, place } = step.value;
          const done = before + read;
          yield {
            done,
            total,
            unit: 'bytes',
            message: `${file.name}: ${linesText(found + lines)}`,
            ...(place && { checkpoint: () => ({ counts: [...counts], first: [...first], place, done }) }),
          };
        }
        counts.push(step.value);
        before += file.size;
        found += step.value.lines;
        yield {
          done: before,
          total,
          unit: 'bytes',
          message: `${file.name}: ${linesText(found)}`,
          checkpoint: () => ({ counts: [...counts], first: [...first], place: null, done: before }),
        };
      }
    } finally {
      matcher.close();
    }
    return { lines: found, files: counts, first };
  },
});

const LISTS = {
  text: ['matches.txt', 'text/plain;charset=utf-8'],
  jsonl: ['matches.jsonl', 'application/jsonl'],
} as const;

const linesText = (count: number) => `${count} ${count === 1 ? 'line matches' : 'lines match'}`;
