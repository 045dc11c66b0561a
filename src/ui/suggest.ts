/** Which jobs fit files that were dropped, by their names: the most likely first. */
import type { JobType } from '../client/index.ts';
import { fieldsOf } from './form-fields.ts';

export const takesFiles = ({ input }: JobType): boolean =>
  fieldsOf(input).some(({ control }) => control.kind === 'files');

/** What a job is made for. One that is not here takes any file. */
const madeFor: Record<string, (names: readonly string[]) => boolean> = {
  verify: (names) =>
    names.length > 1 &&
    names.some((name) => /(?:sums?(?:\.txt)?|\.(?:md5|sfv|sha\d*|sha\d+sum|md5sum|b3|b3sums|xxh\d*))$/i.test(name)),
  extract: (names) => names.every((name) => /\.(?:zip|gz|tgz|zst|jar|epub|docx|xlsx|odt)$/i.test(name)),
  table: (names) => names.every((name) => /\.(?:csv|tsv|jsonl|ndjson)$/i.test(name)),
  documents: (names) => names.some((name) => /\.(?:pdf|md|markdown|html?|txt)$/i.test(name)),
  grep: (names) => names.every((name) => /\.(?:log|txt|md|out|err)(?:\.gz)?$/i.test(name)),
  images: (names) => names.every((name) => /\.(?:jpe?g|jfif|png|webp|avif|gif)$/i.test(name)),
  duplicates: (names) => names.length > 2,
};
/** These make no sense of anything else. */
const only = new Set(['verify', 'extract', 'table', 'images']);

export interface Suggested {
  fit: JobType[];
  other: JobType[];
}

export function suggest(types: readonly JobType[], names: readonly string[]): Suggested {
  if (names.length === 0) return { fit: [...types], other: [] };
  const isMadeFor = ({ type }: JobType) => madeFor[type]?.(names) ?? false;
  const fit = types.filter((type) => takesFiles(type) && (isMadeFor(type) || !only.has(type.type)));
  return {
    fit: fit.sort((a, b) => Number(isMadeFor(b)) - Number(isMadeFor(a))),
    other: types.filter((type) => !fit.includes(type)),
  };
}
