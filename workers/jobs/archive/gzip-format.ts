/** The records around a deflate stream in a gzip file (RFC 1952). */
import { record } from './zip-format.ts';

const FNAME = 8;
const UNIX = 3;

/** The name goes in without its folders, if Latin-1 has all of its letters. */
export function gzipHeader(name: string, last_modified: number): Uint8Array<ArrayBuffer> {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const named = /^[\x20-\x7e\xa0-\xff]+$/.test(last);
  const seconds = Math.floor(last_modified / 1000);
  const time = seconds > 0 && seconds <= 0xffffffff ? seconds : 0;
  const letters = named ? Uint8Array.from(`${last}\0`, (letter) => letter.charCodeAt(0)) : new Uint8Array();
  return record(Uint8Array.of(0x1f, 0x8b, 8, named ? FNAME : 0), [4, time], Uint8Array.of(0, UNIX), letters);
}

export const gzipTrailer = (crc: number, size: number): Uint8Array<ArrayBuffer> =>
  record([4, crc], [4, size % 2 ** 32]);
