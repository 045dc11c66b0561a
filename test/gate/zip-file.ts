/** ZIP files as a test wants them, right or wrong. */
import { crc32, deflateRawSync } from 'node:zlib';
import { record } from '../../workers/jobs/archive/zip-format.ts';

export interface Made {
  name: string | Uint8Array;
  data: Uint8Array | string;
  /** 0 or 8, or whatever the headers are to say; default 8. */
  method?: number;
  /** What the directory says instead of the truth. */
  crc?: number;
  size?: number;
  compressed?: number;
  offset?: number;
  /** Of Unix. */
  mode?: number;
  flags?: number;
  /** Instead of what deflate makes of the data. */
  packed?: Uint8Array;
}

const bytesOf = (text: Uint8Array | string) => (typeof text === 'string' ? new TextEncoder().encode(text) : text);

export function zipOf(entries: readonly Made[]): Uint8Array<ArrayBuffer> {
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, method = 8, mode = 0o100644, flags = 1 << 11, ...said } of entries) {
    const path = bytesOf(name);
    const bytes = bytesOf(data);
    const packed = said.packed ?? (method === 8 ? new Uint8Array(deflateRawSync(bytes)) : bytes);
    const { crc = crc32(bytes), size = bytes.length, compressed = packed.length, offset = at } = said;
    const common = record(
      [2, 20],
      [2, flags],
      [2, method],
      [4, 0x00210000],
      [4, crc],
      [4, compressed],
      [4, size],
      [2, path.length],
      [2, 0],
    );
    const file = record([4, 0x04034b50], common, path, packed);
    directory.push(
      record([4, 0x02014b50], [2, 0x031e], common, [2, 0], [2, 0], [2, 0], [2, 0], [2, mode], [4, offset], path),
    );
    files.push(file);
    at += file.length;
  }
  const size = directory.reduce((bytes, { length }) => bytes + length, 0);
  const count = entries.length;
  return record(
    ...files,
    ...directory,
    record([4, 0x06054b50], [4, 0], [2, count], [2, count], [4, size], [4, at], [2, 0]),
  );
}
