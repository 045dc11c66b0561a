/** Looks into inputs and results, whose shapes are the jobs' own affair. Whatever does not fit is not there. */
export const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A task's input files: those that were added, and outputs of other tasks. */
export type FileRef = { file_id: string; name?: string } | { task_id: string; name: string };

export const fileRefsIn = (input: unknown): FileRef[] =>
  list(at(input, 'files')).flatMap((file): FileRef[] => {
    const [file_id, task_id, name] = [at(file, 'file_id'), at(file, 'task_id'), at(file, 'name')];
    if (typeof file_id === 'string') return [{ file_id }];
    return typeof task_id === 'string' && typeof name === 'string' ? [{ task_id, name }] : [];
  });

/** The ids of a task's input files. */
export const fileIdsIn = (input: unknown): string[] =>
  fileRefsIn(input).flatMap((ref) => ('file_id' in ref ? [ref.file_id] : []));

export const algorithmIn = (value: unknown): string | null => {
  const algorithm = at(value, 'algorithm');
  return typeof algorithm === 'string' ? algorithm : null;
};

export interface Sum {
  name: string;
  size: number;
  digest: string;
}

export interface Sums {
  algorithm: string;
  files: readonly Sum[];
}

/** The result of a checksum; null when it is another. */
export function sumsIn(result: unknown): Sums | null {
  const algorithm = algorithmIn(result);
  const files = at(result, 'files');
  return algorithm !== null && Array.isArray(files) && files.every(isSum) ? { algorithm, files } : null;
}

const isSum = (value: unknown): value is Sum =>
  typeof at(value, 'name') === 'string' &&
  typeof at(value, 'size') === 'number' &&
  typeof at(value, 'digest') === 'string';
