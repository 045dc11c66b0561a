import { defineJob, type JobContext, type Progress } from '../../../src/core/job.ts';
import { bytesOf, opened } from '../opened.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import { distinctNames, tableName } from './names.ts';
import { spec } from './spec.ts';
import { type Checkpoint, type Job, noneMalformed, type Stage, type Step, type TableReport } from './stage.ts';
import { survey } from './survey.ts';
import { write } from './write.ts';

export const job = defineJob({
  ...spec,
  async *run(input, context: JobContext<Checkpoint>) {
    const tables = [...(context.resumeFrom?.tables ?? [])];
    let stage = context.resumeFrom?.stage ?? null;
    let done = context.resumeFrom?.done ?? 0;
    const passes = input.to === 'profile' ? 1 : 2;

    const files = yield* opened(input.files, context, done);
    const total = bytesOf(files) * passes;
    const names = distinctNames(
      files.map(({ name }) => tableName(name)),
      'table',
    );

    for (const [at, ref] of [...input.files.entries()].slice(tables.length)) {
      const file = await context.file(ref);
      const tell = ({ read, rows, stage: now }: Step): Progress<Checkpoint> => {
        const message = `${file.name}: ${rows.toLocaleString('en')} rows`;
        const progress = { done: done + read, total, unit: 'bytes', message };
        return now ? { ...progress, checkpoint: () => ({ tables: [...tables], done, stage: now() }) } : progress;
      };
      tables.push(yield* convert({ file, table: names[at] ?? '', input, tell }, stage, context));
      stage = null;
      done += file.size * passes;
      const checkpoint = () => ({ tables: [...tables], done, stage: null });
      yield { done, total, unit: 'bytes', message: file.name, checkpoint };
    }
    return { to: input.to, tables };
  },
});

async function* convert(
  asked: Omit<Job, 'dialect'>,
  from: Stage | null,
  context: JobContext<Checkpoint>,
): AsyncGenerator<Progress<Checkpoint>, TableReport, void> {
  const { file, table, input } = asked;
  const dialect = await dialectOf(file, input);
  const report = { file: file.name, table, dialect: dialect && shownOf(dialect), output: null };
  if (!dialect) return { ...report, rows: 0, malformed: noneMalformed, columns: [] };

  const work = { ...asked, dialect };
  let writing = from?.kind === 'write' ? from : null;
  if (!writing) {
    const { keys, ...found } = yield* survey(work, from?.kind === 'survey' ? from : null);
    if (input.to === 'profile' || found.columns.length === 0) return { ...report, ...found };
    const { columns } = found;
    writing = {
      kind: 'write',
      place: dialect.start,
      rows: 0,
      malformed: noneMalformed,
      keys,
      columns,
      sink: undefined,
    };
  }
  if (input.to === 'profile') throw new TypeError('a profile writes nothing');
  return { ...report, columns: writing.columns, ...(yield* write(work, input.to, writing, context)) };
}

function shownOf(dialect: Dialect): TableReport['dialect'] {
  const { format, encoding } = dialect;
  if (dialect.format === 'jsonl') return { format, encoding };
  const { delimiter, quote, header } = dialect;
  return { format, encoding, delimiter, quote, header };
}
