import { defineJob, type JobContext } from '../../../src/core/job.ts';
import { digestOf, type Hashing } from '../hashing/digest.ts';
import { hasherOf } from '../hashing/hashers.ts';
import { bytesOf, opened } from '../opened.ts';
import { isListable, lineOf, listNames } from './list.ts';
import { spec } from './spec.ts';

interface Sum {
  name: string;
  size: number;
  digest: string;
}

interface Checkpoint {
  /** Of the files that are done. */
  sums: Sum[];
  /** Where the file after those stands. */
  file: Hashing | null;
}

export const job = defineJob({
  ...spec,
  async *run({ files, algorithm }, context: JobContext<Checkpoint>) {
    const sums = [...(context.resumeFrom?.sums ?? [])];
    let begun = context.resumeFrom?.file ?? null;
    const rest = files.slice(sums.length);

    let done = bytesOf(sums);
    const total = done + bytesOf(yield* opened(rest, context, done + (begun?.offset ?? 0)));

    const hasher = await hasherOf(algorithm);
    const list = await context.output(listNames[algorithm], 'text/plain;charset=utf-8');
    const progress = (message: string, offset: number) => ({ done: done + offset, total, unit: 'bytes', message });

    for (const ref of rest) {
      const file = await context.file(ref);
      const { name, size } = file;
      const hashing = digestOf(file, hasher, begun, context.log);
      begun = null;
      let step = await hashing.next();
      for (; !step.done; step = await hashing.next()) {
        const { offset, save } = step.value;
        yield { ...progress(name, offset), checkpoint: () => ({ sums: [...sums], file: save() }) };
      }

      const digest = step.value;
      await list.write(lineOf(algorithm, name, digest));
      if (!isListable(algorithm, name))
        context.log('warn', `${JSON.stringify(name)} is left out of the list: its name has a line break`);
      sums.push({ name, size, digest });
      done += size;
      yield { ...progress(name, 0), checkpoint: () => ({ sums: [...sums], file: null }) };
    }
    return { algorithm, files: sums };
  },
});
