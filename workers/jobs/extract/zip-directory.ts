/** The directory of a ZIP file, with all that is refused refused before anything is written. */
import { ZipReader } from '@zip.js/zip.js/lib/zip-core-reader.js';
import type { InputFile, Progress } from '../../../src/core/job.ts';
import { sliceOf } from './slice.ts';
import { numberAt } from './zstd.ts';

export interface ZipEntry {
  name: string;
  /** Where its local header is. */
  offset: number;
  size: number;
  compressed: number;
  crc: number;
  /** 0 or 8: stored or deflated. */
  method: number;
}

const STORED = 0;
const DEFLATED = 8;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const MAX_ENTRIES = 20_000;
/** No directory of so many entries is larger, unless it is made to be. */
const MAX_READ = 32 * 1024 * 1024;
const ENTRIES_A_TURN = 500;
const TYPE = 0o170000;
const FILE = 0o100000;

/** The files in it, in the order of the directory. */
export async function* directoryOf(file: InputFile, progress: Progress<never>) {
  const reader = new ZipReader(readerOf(file), { filenameValidation: 'tolerant', strictness: 'balanced' });
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let seen = 0;
  for await (const entry of reader.getEntriesGenerator()) {
    seen += 1;
    const refuse = (why: string) => new Error(`entry ${seen}, ${JSON.stringify(shortened(entry.filename))}, ${why}`);
    if (seen > MAX_ENTRIES) throw new Error(`it has more than ${MAX_ENTRIES} entries`);
    const path = entry.filename.replaceAll('\\', '/');
    const name = plain(path);
    // One of Windows, with a backslash at its end, is a file to the library.
    const isFolder = entry.directory || path.endsWith('/');
    const why = leavesFolder(path) ?? (isFolder ? null : leavesFolder(name));
    if (why) throw refuse(why);
    if (entry.symlink) throw refuse('is a symbolic link');
    if (seen % ENTRIES_A_TURN === 0) yield progress;
    if (isFolder) continue;
    const type = (entry.externalFileAttributes >>> 16) & TYPE;
    if (type !== 0 && type !== FILE) throw refuse('is neither a file nor a folder');
    if (entry.encrypted) throw refuse('is encrypted');
    const { compressionMethod: method, uncompressedSize: size, compressedSize: compressed, offset, signature } = entry;
    if (method !== STORED && method !== DEFLATED)
      throw refuse(`is compressed by method ${method}, which is not known here`);
    if (names.has(name)) throw refuse('is there twice');
    names.add(name);
    entries.push({ name, offset, size, compressed, crc: signature ?? 0, method });
  }
  const overlap = overlapIn(entries, file.size);
  if (overlap) throw new Error(overlap);
  return entries;
}

/** What an entry holds, still compressed. */
export async function dataOf(file: InputFile, { offset, compressed }: ZipEntry): Promise<InputFile> {
  const header = await file.read(offset, Math.min(file.size, offset + LOCAL_HEADER_BYTES));
  if (numberAt(header, 0, 4) !== LOCAL_HEADER) throw new Error(`it has no header at byte ${offset}`);
  const start = offset + LOCAL_HEADER_BYTES + numberAt(header, 26, 2) + numberAt(header, 28, 2);
  if (start + compressed > file.size)
    throw new Error(`it should end at byte ${start + compressed}, after the file’s end`);
  return sliceOf(file, start, start + compressed);
}

/** `./a//b` → `a/b`: a file has one name. */
const plain = (path: string) =>
  path
    .split('/')
    .filter((step) => step !== '' && step !== '.')
    .join('/');

function leavesFolder(name: string): string | null {
  if (name === '' || name.includes('\0')) return 'has a name that is none';
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return 'has an absolute path';
  if (name.split('/').includes('..')) return 'would leave its folder';
  return null;
}

/** The same bytes unpacked twice: how a small file becomes a bomb. */
function overlapIn(entries: readonly ZipEntry[], size: number): string | null {
  let end = 0;
  for (const { name, offset, compressed } of entries.toSorted((one, other) => one.offset - other.offset)) {
    if (offset < end) return `${JSON.stringify(shortened(name))} at byte ${offset} overlaps the entry before it`;
    end = offset + LOCAL_HEADER_BYTES + compressed;
    if (end > size) return `${JSON.stringify(shortened(name))} at byte ${offset} reaches beyond the file’s end`;
  }
  return null;
}

const shortened = (name: string) => (name.length > 200 ? `${name.slice(0, 200)}…` : name);

/** The file as the library reads it. */
const readerOf = (file: InputFile) => ({
  size: file.size,
  init: async () => {},
  async readUint8Array(at: number, length: number) {
    if (length > MAX_READ) throw new Error(`its directory has ${length} bytes; ${MAX_READ} are allowed`);
    return file.read(at, Math.min(file.size, at + length));
  },
});
