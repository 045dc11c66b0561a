/** What the service worker of the checks answers beside the product's: streams that the product would never send. */
import { cases, encode } from './cases.ts';
import { navigations } from './witness.ts';

const sseHeaders = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };

/** The `Last-Event-ID` of each request for a stream that ends, by its key. */
const seen = new Map<string, (string | null)[]>();
const kept = new Map<string, { body: Blob; headers: [string, string][] }>();

/** `path`: below `wire/`. Undefined for what is not here. */
export function answer(path: string, request: Request): Response | Promise<Response> | undefined {
  const [what, name = '', limit = '1'] = path.split('/');
  if (what === 'case') return new Response(streamOf(cases[Number(name)]?.chunks ?? []), { headers: sseHeaders });
  if (what === 'ends') return ends(name, Number(limit), request);
  if (what === 'seen') return Response.json(seen.get(name) ?? []);
  if (what === 'navigations') return Response.json(navigations);
  if (what === 'kept') return request.method === 'POST' ? keep(name, request) : show(name);
  return undefined;
}

/** A chunk each time that the reader wants one. */
function streamOf(chunks: readonly (string | number[])[]): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[next];
      next += 1;
      if (chunk === undefined) controller.close();
      else controller.enqueue(encode(chunk));
    },
  });
}

/** Sends one event and ends, `limit` times; then 204, which means that nobody is to come back. */
function ends(key: string, limit: number, request: Request): Response {
  const requests = seen.get(key) ?? [];
  seen.set(key, [...requests, request.headers.get('Last-Event-ID')]);
  const n = requests.length + 1;
  if (n > limit) return new Response(null, { status: 204 });
  // The third is malformed and does not count: https://html.spec.whatwg.org/#event-stream-interpretation
  const retries = 'retry: 60000\n\nretry: 20\n\nretry: 60000x\n\n';
  return new Response(`${retries}id: ${n}\ndata: ${n}\n\n`, { headers: sseHeaders });
}

/** Keeps a body with the headers that the query names, to be shown as it is. */
async function keep(key: string, request: Request): Promise<Response> {
  kept.set(key, { body: await request.blob(), headers: [...new URL(request.url).searchParams] });
  return new Response(null, { status: 204 });
}

function show(key: string): Response {
  const { body, headers } = kept.get(key) ?? { body: null, headers: [] };
  return new Response(body, { status: body ? 200 : 404, headers });
}
