/** Which kind of document a file is: its first bytes say so, and where they do not, its name. */
import type { Encoding, Format } from './plan.ts';

export const HEAD_BYTES = 1024;
// A comment ends at its first `-->`: if it could go on, there would be 2ⁿ ways to read n of them.
const HTML = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[\s\S])*-->\s*)*<(?:!doctype\s+html|html[\s>])/i;
const BY_NAME: [RegExp, Format][] = [
  [/\.(?:html?|xhtml)$/i, 'html'],
  [/\.(?:md|markdown|mdown)$/i, 'markdown'],
  [/\.(?:te?xt|log|rst|tex|csv|tsv|json)$/i, 'text'],
];
/** Files that people have in folders beside their documents; their beginnings. */
const OTHERS: [string, string][] = [
  ['PK\x03\x04', 'a ZIP file, as Office documents are'],
  ['\x1f\x8b', 'a gzip file'],
  ['\x89PNG', 'a picture'],
  ['\xff\xd8\xff', 'a picture'],
  ['GIF8', 'a picture'],
  ['\xd0\xcf\x11\xe0', 'an old Office document'],
  ['\x7fELF', 'a program'],
];

/** `encoding`: that of a text that does not say so itself. Throws for what is none of them. */
export function formatOf(name: string, head: Uint8Array, encoding: Encoding): Format {
  const text = String.fromCharCode(...head.subarray(0, HEAD_BYTES));
  const named = BY_NAME.find(([ending]) => ending.test(name))?.[1];
  // Something may come before it, as readers of PDF allow; a text may mention it.
  if (named ? text.startsWith('%PDF-') : text.includes('%PDF-')) return 'pdf';
  if (/\.pdf$/i.test(name)) throw new Error('is no PDF: there is no %PDF- in it from byte 0 on');
  const other = OTHERS.find(([begins]) => text.startsWith(begins));
  if (other) throw new Error(`is ${other[1]}, as its byte 0 shows, and no PDF, text, Markdown or HTML`);
  const wide = encoding === 'utf-16le' || text.startsWith('\xff\xfe') || text.startsWith('\xfe\xff');
  const zero = text.indexOf('\0');
  if (zero >= 0 && !wide) throw new Error(`is no text: its byte ${zero} is 0`);
  if (HTML.test(text.replace(/^\xef\xbb\xbf/, ''))) return 'html';
  return named ?? 'text';
}
