/** Files of a task in their order, each opened while the one before it is read: its reader does not have to wait for it. */
import type { FileRef, InputFile } from '../../../src/core/job.ts';

/** One that is not larger is read at once: its beginning, its digest and its reader have their bytes from memory. */
const WHOLE_BYTES = 4 * 1024 * 1024;

export function filesAhead(refs: readonly FileRef[], open: (ref: FileRef) => Promise<InputFile>) {
  let ahead: { n: number; file: Promise<InputFile> } | null = null;

  async function opened(n: number): Promise<InputFile> {
    const ref = refs[n];
    if (!ref) throw new RangeError(`there is no file ${n}`);
    const file = await open(ref);
    const { name, size, last_modified } = file;
    if (size > WHOLE_BYTES) return file;
    const bytes = await file.read(0, size);
    return { name, size, last_modified, read: async (start, end) => bytes.subarray(start, end) };
  }

  /** The file `n`. What was wrong with it is thrown here, in its turn. */
  return function take(n: number): Promise<InputFile> {
    const file = ahead?.n === n ? ahead.file : opened(n);
    ahead = null;
    if (n + 1 < refs.length) {
      ahead = { n: n + 1, file: opened(n + 1) };
      ahead.file.catch(() => {});
    }
    return file;
  };
}
