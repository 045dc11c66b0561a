/** How an output file is shown, if at all, and as much of it as is read for that. */
export type PreviewKind = 'picture' | 'table' | 'json' | 'text';

export const MOST_TEXT = 64 * 1024;
export const MOST_PICTURE = 10 * 1024 * 1024;

const byEnding: Record<string, PreviewKind> = {
  csv: 'table',
  tsv: 'table',
  json: 'json',
  txt: 'text',
  log: 'text',
  md: 'text',
  jsonl: 'text',
  ndjson: 'text',
  sfv: 'text',
  md5: 'text',
};

/** Never as HTML or SVG: those are text here. */
const pictures = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif'];

/** Null for what people could not read. */
export function kindOf({ name, type }: { name: string; type: string }): PreviewKind | null {
  const [media = ''] = type.split(';');
  if (pictures.includes(media)) return 'picture';
  if (media === 'text/csv' || media === 'text/tab-separated-values') return 'table';
  const known = byEnding[/\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''];
  if (known) return known;
  if (media === 'application/json') return 'json';
  if (media.startsWith('text/') || /(?:sums|\.sha\d+)$/i.test(name)) return 'text';
  return null;
}

/** The text of the first bytes; null for bytes that are none. A character that the cut went through is left out. */
export function textIn(bytes: Uint8Array, whole: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
  } catch {
    return null;
  }
}
