/** Files over HTTP, taken as a raw body or a form. */
import * as v from 'valibot';
import type { AddedFile } from '../src/core/schema.ts';
import type { StoredFiles } from '../src/core/stored-files.ts';
import { mediaType, parseQuery, type Query, whole } from './body.ts';
import { Refusal } from './problem.ts';

export const FileQuerySchema = v.object({ name: v.optional(v.string()) });

export async function addFile(request: Request, query: Query, files: StoredFiles): Promise<AddedFile> {
  const { name } = parseQuery(FileQuerySchema, query);
  if (mediaType(request) === 'multipart/form-data') return files.addInput(...(await formFile(request)));
  const type = mediaType(request);
  if (!type) throw new Refusal(415, 'unsupported-media-type', 'A file needs a Content-Type.');
  // Firefox has no Request.body in a service worker, and a blob stays on disk.
  const body = await whole(request.blob());
  return files.addInput(new File([body], name || 'file', { type }));
}

const MOST_SHARED = 1_000;

/**
 * What the system shares with the installed app: its files are kept, and the way leads to the page, which is told of them in its
 * address. Nothing is started. Text without a file becomes one.
 */
export async function stageShared(request: Request, files: StoredFiles): Promise<Response> {
  const form = await formOf(request);
  const shared = form.getAll('files').filter((value) => value instanceof File);
  const text = ['title', 'text', 'url']
    .map((name) => form.get(name))
    .filter((value) => typeof value === 'string' && value);
  const found =
    shared.length > 0 || text.length === 0
      ? shared
      : [new File([text.join('\n')], 'shared.txt', { type: 'text/plain' })];
  if (found.length > MOST_SHARED) {
    throw new Refusal(
      422,
      'invalid-input',
      `At most ${MOST_SHARED} files can be shared at once; these are ${found.length}.`,
    );
  }
  const staged: AddedFile[] = [];
  for (const file of found) staged.push(await files.addInput(file, file.name));
  // Relative to "share": the page of the same folder.
  return new Response(null, {
    status: 303,
    headers: {
      Location: `./#/?${new URLSearchParams({ shared: JSON.stringify(staged) })}`,
      'Cache-Control': 'no-store',
    },
  });
}

async function formOf(request: Request): Promise<FormData> {
  return request.formData().catch((error: unknown) => {
    throw new Refusal(400, 'bad-request', `The form cannot be read: ${error instanceof Error ? error.message : error}`);
  });
}

async function formFile(request: Request): Promise<[File, string]> {
  const form = await formOf(request);
  const found = [...form.values()].filter((value) => value instanceof File);
  const [file] = found;
  if (!file || found.length > 1) {
    throw new Refusal(422, 'invalid-input', `The form has to hold one file; this one holds ${found.length}.`);
  }
  return [file, file.name];
}
