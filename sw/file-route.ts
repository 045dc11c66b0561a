/** Files over HTTP: taken as a raw body or a form, handed out so that one with a script in it cannot run. */
import type { Files } from '../src/core/files.ts';
import type { AddedFile } from '../src/core/schema.ts';
import { mediaType } from './body.ts';
import { Refusal } from './problem.ts';

export async function addFile(request: Request, files: Files): Promise<AddedFile> {
  if (mediaType(request) === 'multipart/form-data') return files.addInput(...(await formFile(request)));
  const type = mediaType(request);
  if (!type) throw new Refusal(415, 'unsupported-media-type', 'A file needs a Content-Type.');
  const name = new URL(request.url).searchParams.get('name') || 'file';
  // Firefox has no Request.body in a service worker, and a blob stays on disk.
  const body = await request.blob();
  return files.addInput(new File([body], name, { type }));
}

const MOST_SHARED = 1_000;

/**
 * What the system shares with the installed app: its files are kept, and the way leads to the page, which is told of them in its
 * address. Nothing is started. Text without a file becomes one.
 */
export async function stageShared(request: Request, files: Files): Promise<Response> {
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

/** A file as a download: whole (200), a part (206), or 416. Never shown by the browser as a page of this origin. */
export function serveFile(request: Request, body: Blob, name: string, type: string): Response {
  const headers = new Headers({
    'Content-Type': type,
    'Content-Length': String(body.size),
    'Content-Disposition': disposition(name),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': 'sandbox',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store',
  });
  const wanted = range(request.headers.get('Range'), body.size);
  if (!wanted) return new Response(body, { headers });
  const [start, end] = wanted;
  if (start >= end) {
    const header = { 'Content-Range': `bytes */${body.size}` };
    throw new Refusal(416, 'range-not-satisfiable', `The file has ${body.size} bytes.`, {}, header);
  }
  headers.set('Content-Length', String(end - start));
  headers.set('Content-Range', `bytes ${start}-${end - 1}/${body.size}`);
  return new Response(body.slice(start, end), { status: 206, headers });
}

/** Start and end (exclusive) of a single byte range; null when the header is absent, malformed or names several (RFC 9110, 14.2). */
function range(header: string | null, size: number): [number, number] | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (!match[1] && !match[2])) return null;
  if (!match[1]) return match[2] === '0' ? [0, 0] : [Math.max(0, size - Number(match[2])), size];
  const start = Number(match[1]);
  if (match[2] && Number(match[2]) < start) return null;
  return [start, match[2] ? Math.min(size, Number(match[2]) + 1) : size];
}

/** RFC 6266: an ASCII name for old readers, the real one in UTF-8. */
function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
