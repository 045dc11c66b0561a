/** Files that the system has handed over and the service worker has staged, as they stand in the address. */
import { at } from './json.ts';
import type { Source } from './sources.ts';

/** Anybody can write an address: what is no file is passed over. */
export function sharedIn(text: string): Source[] {
  let files: unknown;
  try {
    files = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(files)) return [];
  return files.flatMap((file): Source[] => {
    const [file_id, name, size] = [at(file, 'file_id'), at(file, 'name'), at(file, 'size')];
    if (typeof file_id !== 'string' || typeof name !== 'string' || typeof size !== 'number') return [];
    return [{ source: { file_id, name, size, type: '' }, name }];
  });
}
