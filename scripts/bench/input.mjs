import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { logText } from './log-text.mjs';

const MIB = 1024 * 1024;

/**
 * Puts a new file into the page's input, the same bytes at each run.
 *
 * @param {import('@playwright/test').Page} page
 * @param {string} folder
 * @param {number} bytes
 * @param {'noise' | 'lines'} [what]
 */
export async function chooseFile(page, folder, bytes, what = 'noise') {
  const file = join(folder, `input.${what}`);
  await pipeline(Readable.from(what === 'noise' ? noise(bytes) : logText(bytes)), createWriteStream(file));
  await page.setInputFiles('input', file);
}

/** @param {number} bytes */
function* noise(bytes) {
  const block = Buffer.alloc(MIB);
  for (let i = 0, x = 1; i < MIB; i += 4) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    block.writeInt32LE(x, i);
  }
  for (let left = bytes; left > 0; left -= MIB) {
    block.writeDoubleLE(left, 0);
    yield Buffer.from(block.subarray(0, Math.min(left, MIB)));
  }
}
