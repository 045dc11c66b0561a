/** Reads a gzip file of any number of members. */
import type { InputFile } from '../../src/core/job.ts';
import { chunksOf } from './chunks.ts';
import { Damaged } from './damaged.ts';
import { GZIP, inflated } from './extract/inflate.ts';
import { inBlocks } from './extract/slice.ts';

const CHUNK_BYTES = 1024 * 1024;

/** A place where reading can begin: `at` in the file, `start` in its content. */
export interface Member {
  at: number;
  start: number;
}

export interface Inflated {
  bytes: Uint8Array;
  /** Bytes of the file that were read so far. */
  read: number;
  /** The member that the bytes are of. */
  member: Member;
}

/** The content from the start of `from` on. Throws `Damaged` behind what can be read. */
export async function* gunzip(file: InputFile, from: Member): AsyncGenerator<Inflated, void, void> {
  const source = inBlocks(file);
  let member = from;
  while (member.at < file.size && (await isMember(source, member.at))) {
    let { start } = member;
    const stream = inflated(source, member.at, GZIP);
    let step = await next(stream, file.name);
    for (; !step.done; step = await next(stream, file.name)) {
      const { bytes, position } = step.value;
      start += bytes.length;
      yield { bytes: bytes.slice(), read: position, member };
    }
    member = { at: step.value, start };
  }
  // Behind the last member there may be padding, of zeros. Anything else may be a member whose beginning is damaged.
  for await (const bytes of chunksOf(file, member.at, CHUNK_BYTES))
    if (bytes.some((byte) => byte !== 0)) throw new Damaged(file.name, `what follows at byte ${member.at} is no gzip`);
}

async function isMember(file: InputFile, at: number): Promise<boolean> {
  const [first, second] = await file.read(at, Math.min(at + 2, file.size));
  return first === 0x1f && second === 0x8b;
}

async function next<T, R>(stream: AsyncGenerator<T, R, void>, name: string): Promise<IteratorResult<T, R>> {
  try {
    return await stream.next();
  } catch (error) {
    // A file that is gone, or is another now, is no damaged one: such errors have names of their own.
    if (!(error instanceof Error && error.name === 'Error')) throw error;
    throw new Damaged(name, error.message, { cause: error });
  }
}
