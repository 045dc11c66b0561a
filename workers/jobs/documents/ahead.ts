/** Files of a task in their order, each opened while the one before it is read: its reader does not have to wait for it. */
import type { FileRef, InputFile } from '../../../src/core/job.ts';

/** One that is not larger is read at once, and its digest is known before its turn. */
const WHOLE_BYTES = 4 * 1024 * 1024;

export interface Taken {
  file: InputFile;
  /** Of a small one. */
  whole: { bytes: Uint8Array; digest: string } | null;
}

export function filesAhead(
  refs: readonly FileRef[],
  open: (ref: FileRef) => Promise<InputFile>,
  digestOf: (bytes: Uint8Array) => Promise<string>,
) {
  let ahead: { n: number; taken: Promise<Taken> } | null = null;

  async function opened(n: number): Promise<Taken> {
    const ref = refs[n];
    if (!ref) throw new RangeError(`there is no file ${n}`);
    const file = await open(ref);
    const { name, size, last_modified } = file;
    if (size > WHOLE_BYTES) return { file, whole: null };
    const bytes = await file.read(0, size);
    const read = async (start: number, end: number) => bytes.subarray(start, end);
    return { file: { name, size, last_modified, read }, whole: { bytes, digest: await digestOf(bytes) } };
  }

  /** The file `n`. What was wrong with it is thrown here, in its turn. */
  return function take(n: number): Promise<Taken> {
    const taken = ahead?.n === n ? ahead.taken : opened(n);
    ahead = null;
    if (n + 1 < refs.length) {
      ahead = { n: n + 1, taken: opened(n + 1) };
      ahead.taken.catch(() => {});
    }
    return taken;
  };
}
