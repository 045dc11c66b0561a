/** What a file begins with: whether it is text, and a mark that is no part of it. */
import type { JobContext } from '../../../src/core/job.ts';
import { type Block, joined } from './blocks.ts';

/** As far as grep looks for what makes a file binary. */
const BINARY_BYTES = 32 * 1024;
const MARK = [0xef, 0xbb, 0xbf];
const UTF_16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

const begins = (bytes: Uint8Array, start: number[]) => start.every((byte, index) => bytes[index] === byte);

/** The mark that some programs put before UTF-8 is no part of the first line. */
export function withoutMark(block: Block): Block {
  const bytes = joined(block.parts);
  if (!begins(bytes, MARK)) return block;
  const parts = [bytes.subarray(MARK.length)];
  return { ...block, parts, size: block.size - MARK.length, offset: block.offset + MARK.length };
}

export function isBinary(head: Uint8Array, name: string, log: JobContext<unknown>['log']): boolean {
  if (UTF_16.some((mark) => begins(head, mark))) {
    log('warn', `${name} is in UTF-16, which is not searched as text: its lines are only counted, byte by byte`);
    return true;
  }
  if (!head.subarray(0, BINARY_BYTES).includes(0)) return false;
  log('info', `${name} is a binary file: its lines are only counted`);
  return true;
}
