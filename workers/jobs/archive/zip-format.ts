/** The records of a ZIP file, as in PKWARE's APPNOTE 6.3.10 (the numbers are its sections). */

/** What is known of an entry before its data. */
export interface Head {
  name: string;
  size: number;
  /** When the file was last changed, ms since 1970; 0 if nobody knows. */
  last_modified: number;
}

export interface Entry extends Head {
  /** Where its local header is. */
  offset: number;
  compressed: number;
  crc: number;
}

type Field = [bytes: 2 | 4 | 8, value: number] | Uint8Array;

const DEFLATE = 8;
/** 4.4.4: sizes and checksum follow the data; names are UTF-8. */
const FLAGS = (1 << 3) | (1 << 11);
const VERSION = 20;
const VERSION_ZIP64 = 45;
/** 4.4.2: the attributes are those of Unix. */
const UNIX = 3 << 8;
/** A regular file, -rw-r--r--. */
const MODE = 0o100644;
const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;
/** 4.5.3 */
const ZIP64 = 0x0001;
/** "UT", the extended timestamp: seconds since 1970. */
const TIME = 0x5455;

/** Whether an entry's sizes take 8 bytes. Deflate can make what it packs a little larger: that is allowed for. */
const isLarge = (size: number) => size >= MAX_32 - 0x1000000;

const MAX_TIME = 0x7fffffff;
const seconds = ({ last_modified }: Head) => Math.min(MAX_TIME, Math.max(0, Math.floor(last_modified / 1000)));

/** 4.3.7 */
export function localHeader(head: Head): Uint8Array<ArrayBuffer> {
  const large = isLarge(head.size);
  const name = new TextEncoder().encode(head.name);
  const extra = record(timeField(head), ...(large ? [record([2, ZIP64], [2, 16], [8, 0], [8, 0])] : []));
  return record(
    [4, 0x04034b50],
    [2, large ? VERSION_ZIP64 : VERSION],
    [2, FLAGS],
    [2, DEFLATE],
    dosTime(head),
    [4, 0],
    [4, large ? MAX_32 : 0],
    [4, large ? MAX_32 : 0],
    [2, name.length],
    [2, extra.length],
    name,
    extra,
  );
}

/** 4.3.9 */
export function dataDescriptor({ crc, compressed, size }: Omit<Entry, 'name' | 'offset' | 'last_modified'>) {
  const bytes = isLarge(size) ? 8 : 4;
  return record([4, 0x08074b50], [4, crc], [bytes, compressed], [bytes, size]);
}

/** 4.3.12, one file's. */
export function directoryHeader(entry: Entry): Uint8Array<ArrayBuffer> {
  const { size, compressed, offset, crc } = entry;
  const large = isLarge(size);
  const far = offset >= MAX_32;
  const name = new TextEncoder().encode(entry.name);
  const values = [...(large ? [size, compressed] : []), ...(far ? [offset] : [])];
  const zip64 = record([2, ZIP64], [2, values.length * 8], ...values.map((value): Field => [8, value]));
  const extra = record(timeField(entry), ...(values.length > 0 ? [zip64] : []));
  const version = large || far ? VERSION_ZIP64 : VERSION;
  return record(
    [4, 0x02014b50],
    [2, UNIX | version],
    [2, version],
    [2, FLAGS],
    [2, DEFLATE],
    dosTime(entry),
    [4, crc],
    [4, large ? MAX_32 : compressed],
    [4, large ? MAX_32 : size],
    [2, name.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, MODE],
    [4, far ? MAX_32 : offset],
    name,
    extra,
  );
}

/** 4.3.14 to 4.3.16: what comes after a directory of `size` bytes that begins at `offset`. */
export function directoryEnd(entries: number, offset: number, size: number): Uint8Array<ArrayBuffer> {
  const zip64 = entries >= MAX_16 || offset >= MAX_32 || size >= MAX_32;
  const end = record(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, Math.min(entries, MAX_16)],
    [2, Math.min(entries, MAX_16)],
    [4, Math.min(size, MAX_32)],
    [4, Math.min(offset, MAX_32)],
    [2, 0],
  );
  if (!zip64) return end;
  return record(
    [4, 0x06064b50],
    [8, 44],
    [2, UNIX | VERSION_ZIP64],
    [2, VERSION_ZIP64],
    [4, 0],
    [4, 0],
    [8, entries],
    [8, entries],
    [8, size],
    [8, offset],
    [4, 0x07064b50],
    [4, 0],
    [8, offset + size],
    [4, 1],
    end,
  );
}

const timeField = (head: Head): Uint8Array =>
  head.last_modified > 0 ? record([2, TIME], [2, 5], Uint8Array.of(1), [4, seconds(head)]) : new Uint8Array();

/** 4.4.6, in UTC: what a task writes may not depend on where its tab was opened again. Who reads the extended timestamp knows better. */
function dosTime(head: Head): Uint8Array {
  const date = new Date(seconds(head) * 1000);
  const years = date.getUTCFullYear() - 1980;
  if (years < 0) return record([2, 0], [2, (1 << 5) | 1]);
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return record([2, time], [2, (years << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()]);
}

/** Numbers with their lowest byte first, and bytes as they are. */
export function record(...fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(
    fields.reduce((sum, field) => sum + (Array.isArray(field) ? field[0] : field.length), 0),
  );
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const field of fields) {
    if (!Array.isArray(field)) {
      bytes.set(field, at);
      at += field.length;
      continue;
    }
    const [length, value] = field;
    if (length === 2) view.setUint16(at, value, true);
    else if (length === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += length;
  }
  return bytes;
}
