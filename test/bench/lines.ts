/** A file of lines that look like a log's, in memory: up to about 256 MiB (Chromium 156 makes one of 400 MiB, and cannot read it). */
import { logText } from '../../scripts/bench/log-text.mjs';

export function lines(bytes: number): File {
  const parts: Blob[] = [];
  // As text it would fill the memory of the page.
  for (const text of logText(bytes)) parts.push(new Blob([text]));
  return new File(parts, 'lines.log');
}
