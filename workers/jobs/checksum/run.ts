import type { IHasher } from 'hash-wasm';
import { defineJob, type FileRef, type InputFile, type JobContext } from '../../../src/core/job.ts';
import { chunksOf } from '../chunks.ts';
import { hasherOf } from './hashers.ts';
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
  /** Where the file after those stands. The hasher's state begins with a mark of the library build that saved it. */
  file: { offset: number; state: Uint8Array } | null;
}

const CHUNK_BYTES = 4 * 1024 * 1024;
const OPENED_AT_ONCE = 100;

const bytesOf = (files: { size: number }[]) => files.reduce((bytes, { size }) => bytes + size, 0);

export const job = defineJob({
  ...spec,
  async *run({ files, algorithm }, context: JobContext<Checkpoint>) {
    const sums = [...(context.resumeFrom?.sums ?? [])];
    let begun = context.resumeFrom?.file ?? null;
    const rest = files.slice(sums.length);

    let done = bytesOf(sums);
    let total = done;
    for (let opened = 0; opened < rest.length; opened += OPENED_AT_ONCE) {
      if (opened > 0) {
        yield { done: done + (begun?.offset ?? 0), unit: 'bytes', message: `${opened} of ${rest.length} files opened` };
      }
      total += await sizeOf(rest.slice(opened, opened + OPENED_AT_ONCE), context);
    }

    const hasher = await hasherOf(algorithm);
    const list = await context.output(listNames[algorithm], 'text/plain;charset=utf-8');
    const progress = (message: string, offset: number) => ({ done: done + offset, total, unit: 'bytes', message });

    for (const ref of rest) {
      const file = await context.file(ref);
      const { name, size } = file;
      let offset = begun && restore(hasher, begun.state, file, context) ? begun.offset : 0;
      if (offset === 0) hasher.init();
      begun = null;

      for await (const chunk of chunksOf(file, offset, CHUNK_BYTES)) {
        hasher.update(chunk);
        offset += chunk.length;
        if (offset === size) break;
        const checkpoint = () => ({ sums: [...sums], file: { offset, state: hasher.save() } });
        yield { ...progress(name, offset), checkpoint };
      }

      const digest = hasher.digest();
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

/** Bytes in all of `refs`. Nothing stays open: a task may have 20,000 files. */
async function sizeOf(refs: FileRef[], context: JobContext<Checkpoint>): Promise<number> {
  return bytesOf(await Promise.all(refs.map((ref) => context.file(ref))));
}

/** Puts a saved state into the hasher. False when it was saved by another build of the library. */
function restore(hasher: IHasher, state: Uint8Array, file: InputFile, context: JobContext<Checkpoint>): boolean {
  try {
    hasher.init().load(state);
    return true;
  } catch (error) {
    context.log('warn', `${file.name} is read again from its start, its checkpoint cannot be used: ${error}`);
    return false;
  }
}
