/** Errors as RFC 9457 problem documents. A handler throws `Refusal`; the router's edge answers it. */
import { Unreadable } from '../src/core/store.ts';
import type { Problem } from '../src/core/task.ts';

const titles = {
  'bad-request': 'The request is malformed',
  'invalid-input': 'The input does not fit its schema',
  'not-found': 'There is no such thing here',
  gone: 'This is no longer here',
  'method-not-allowed': 'This resource does not take that method',
  conflict: 'The task’s status does not allow this',
  'already-connected': 'Already connected',
  forbidden: 'A navigation must not change anything',
  'payload-too-large': 'The body is too large',
  'unsupported-media-type': 'The body’s type is not taken here',
  'idempotency-mismatch': 'The idempotency key was used for another payload',
  'range-not-satisfiable': 'The range lies outside of the file',
  'storage-full': 'The storage is full',
  'store-unavailable': 'The database cannot be opened',
  'no-executor': 'No page is open that runs tasks',
  unreadable: 'What is stored of this task cannot be read',
} as const;

type ProblemName = keyof typeof titles;

export class Refusal extends Error {
  override name = 'Refusal';
  constructor(
    readonly status: number,
    readonly problem: ProblemName,
    readonly detail: string,
    readonly extra: Record<string, unknown> = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(detail);
  }
}

// The browser's own error says nothing more than its name.
const STORAGE_FULL = 'The browser’s storage is full. Make room: remove tasks or files, or free space on the disk.';

export const notFound = (what: string) => new Refusal(404, 'not-found', `There is no ${what}.`);

/** The response to whatever a handler threw; `path` becomes the problem's `instance`. */
export function problemResponse(error: unknown, path: string): Response {
  const { status, problem, detail, extra, headers } = refusalOf(error);
  const body: Problem = {
    type: `urn:holdfast:problem:${problem}`,
    title: titles[problem],
    status,
    detail,
    instance: path,
    ...extra,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...headers },
  });
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Unreadable) return new Refusal(503, 'unreadable', message);
  if (error instanceof DOMException && error.name === 'QuotaExceededError')
    return new Refusal(507, 'storage-full', message || STORAGE_FULL);
  return new Refusal(503, 'store-unavailable', message);
}
