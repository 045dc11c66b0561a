/** Files over HTTP, handed out so that one with a script in it cannot run. */
import { Refusal } from './problem.ts';

/** What a header can hold (RFC 9110, 5.5). A job, or an import, may call a type whatever it likes. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]+$/;

/** A file as a download: whole (200), a part (206), or 416. Never shown by the browser as a page of this origin. */
export function serveFile(request: Request, body: Blob, name: string, type: string): Response {
  const headers = new Headers({
    'Content-Type': FIELD_VALUE.test(type) ? type : 'application/octet-stream',
    'Content-Length': String(body.size),
    'Content-Disposition': disposition(name),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': 'sandbox',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store',
  });
  const wanted = range(request, body.size);
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

/**
 * Start and end (exclusive) of a single byte range; null when the header is absent, malformed or names several (RFC 9110, 14.2), when it
 * comes with a condition, which holds for no file here (13.1.5), and for HEAD, which has no ranges.
 */
function range({ method, headers }: Request, size: number): [number, number] | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(headers.get('Range') ?? '');
  if (!match || (!match[1] && !match[2]) || method === 'HEAD' || headers.has('If-Range')) return null;
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
