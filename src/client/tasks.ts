/** Typed requests. They speak the HTTP contract and nothing else, so `base` may be any origin that does. */
import type { AddedFile, Happened, Health, Settings } from '../core/schema.ts';
import type { Documents, Hits, PageText } from '../core/search.ts';
import type { Status, Task, TaskDraft } from '../core/task.ts';
import { HttpProblem, isOf, NO_PROBLEM, problemOf } from './problem.ts';

export type Draft = Partial<Omit<TaskDraft, 'type'>> & Pick<TaskDraft, 'type'>;

export interface TaskPage {
  tasks: Task[];
  next_page: string | null;
  counts: Record<Status, number>;
  /** Where `watchAll` goes on without a gap. */
  cursor: string;
}

/** A job type, as `GET /tasks/types` describes it. */
export interface JobType {
  type: string;
  title: string;
  description: string;
  version: number;
  /** JSON Schema of what a task of this type takes. */
  input: Record<string, unknown>;
  /** How many may run at once, and how long one may take to end. */
  limits: { running?: number; grace_ms?: number };
  /** What a resume does again, at most, in words. */
  redo: string;
}

/** What narrows a list, and a request in bulk. */
export interface TaskFilter {
  status?: readonly Status[];
  type?: string;
  tag?: string;
  /** A substring of type, message, input, result or error. */
  q?: string;
}

export interface ListQuery extends TaskFilter {
  /** 1 to 500; default 50. */
  limit?: number;
  /** The `next_page` of the page before. */
  page?: string;
}

/** An event of a task's log; a `gap` and the state at its end stand for what the log no longer holds. */
export interface LogEvent {
  id: string;
  event: 'message' | 'log' | 'complete' | 'gap';
  data: unknown;
  /** In detail, the event's time and what happened; the state at a gap's end is no event and has neither. */
  at?: string;
  change?: Happened;
}

/**
 * A service worker that is stopped while it answers fails the request, and one that cannot be started is passed by (Firefox), so that
 * the site answers; it starts again for the next one.
 */
const isLost = (error: unknown) =>
  error instanceof TypeError || (error instanceof HttpProblem && error.problem.type === NO_PROBLEM);

const EXPORT_TYPE = 'application/vnd.holdfast.export';

export type Tasks = ReturnType<typeof tasksAt>;

interface Message {
  /** Sent as JSON. */
  json?: unknown;
  body?: Blob;
  headers?: Record<string, string>;
  /** Whether it may be sent twice; a GET may. */
  repeatable?: boolean;
}

/** `base`: the address of the folder that `tasks` lies in. Every call rejects with `HttpProblem` when it is refused. */
export function tasksAt(base: string | URL) {
  const urlOf = (path: string) => new URL(path, base).href;

  async function request(method: string, path: string, message: Message = {}): Promise<Response> {
    const { json, body = JSON.stringify(json), repeatable = method === 'GET' } = message;
    const headers = { ...(json !== undefined && { 'Content-Type': 'application/json' }), ...message.headers };
    const send = async () => {
      const response = await fetch(urlOf(path), { method, headers, body });
      // A host may answer what it does not know with its page, and 200; of what is ours, only a file can be HTML.
      if (response.ok && ((method === 'GET' && path.includes('files/')) || !isOf(response, 'html'))) return response;
      throw new HttpProblem(response.status, await problemOf(response));
    };
    return send().catch((error: unknown) => {
      if (repeatable && isLost(error)) return send();
      throw error;
    });
  }
  const call = async <T>(method: string, path: string, message?: Message): Promise<T> =>
    (await request(method, path, message)).json();
  const get = <T>(path: string) => call<T>('GET', path);
  const count = async (...given: Parameters<typeof request>) => (await call<{ count: number }>(...given)).count;
  /** Sent again when its answer was lost: that it is not there any more is then what was wanted. */
  async function drop(path: string): Promise<void> {
    const send = () => request('DELETE', path);
    await send().catch(async (error: unknown) => {
      if (!isLost(error)) throw error;
      await send().catch((again: unknown) => {
        if (isLost(again) || !(again instanceof HttpProblem && again.status === 404)) throw again;
      });
    });
  }
  const at = (task_id: string, rest = '') => `tasks/${encodeURIComponent(task_id)}${rest}`;
  const fileAt = (task_id: string, name: string) => `${at(task_id)}/files/${encodeURIComponent(name)}`;
  const inputAt = (file_id: string) => `files/${encodeURIComponent(file_id)}`;
  /** With a key, also one of its own making, a request counts once however often it arrives. */
  const submission = (json: unknown, key: string): Message => ({
    json,
    headers: { 'Idempotency-Key': key },
    repeatable: true,
  });

  return {
    base: String(base),

    submit: (draft: Draft, key: string = crypto.randomUUID()) => call<Task>('POST', 'tasks', submission(draft, key)),
    /** All or none, at most 1,000. */
    submitAll: async (drafts: readonly Draft[], key: string = crypto.randomUUID()) =>
      (await call<{ tasks: Task[] }>('POST', 'tasks', submission(drafts, key))).tasks,
    /** With `after`, the task as it was after its event of that number. */
    get: (task_id: string, after?: number) => get<Task>(at(task_id, after === undefined ? '' : `?at=${after}`)),
    list: (query: ListQuery = {}) => get<TaskPage>(`tasks?${search(query)}`),
    /** With `detail`, also when each event was and what it was. */
    log: (task_id: string, after = 0, limit = 1_000, detail = false) =>
      get<{ events: LogEvent[]; last_event_id: string }>(
        at(task_id, `/log?after=${after}&limit=${limit}${detail ? '&detail=true' : ''}`),
      ),
    /** Resolves once it is canceled. */
    cancel: (task_id: string) => call<Task>('POST', at(task_id, '/cancel'), { repeatable: true }),
    /** Resolves with how many were canceled. */
    cancelAll: (filter: TaskFilter | 'all') => count('POST', `tasks/cancel?${search(filter)}`, { repeatable: true }),
    pause: (task_id: string) => call<Task>('POST', at(task_id, '/pause')),
    resume: (task_id: string) => call<Task>('POST', at(task_id, '/resume')),
    retry: (task_id: string, from: 'checkpoint' | 'start' = 'checkpoint') =>
      call<Task>('POST', at(task_id, `/retry?from=${from}`)),
    remove: (task_id: string) => drop(at(task_id)),
    /** Resolves with how many finished tasks were removed. */
    removeAll: (filter: TaskFilter | 'all') => count('DELETE', `tasks?${search(filter)}`),
    result: (task_id: string) => get<unknown>(at(task_id, '/result')),
    types: async () => (await get<{ types: JobType[] }>('tasks/types')).types,
    settings: () => get<Settings>('tasks/settings'),
    configure: (patch: Partial<Settings>) =>
      call<Settings>('PATCH', 'tasks/settings', { json: patch, repeatable: true }),
    /** With `detail`, also what runs in which tab. */
    health: (detail = false) => get<Health>(`tasks/health${detail ? '?detail=true' : ''}`),

    outputUrl: (task_id: string, name: string) => urlOf(fileAt(task_id, name)),
    output: async (task_id: string, name: string) => (await request('GET', fileAt(task_id, name))).blob(),

    upload: (file: Blob, name: string) =>
      call<AddedFile>('POST', `files?${search({ name })}`, {
        headers: { 'Content-Type': file.type || 'application/octet-stream' },
        body: file,
      }),
    file: async (file_id: string) => (await request('GET', inputAt(file_id))).blob(),
    removeFile: (file_id: string) => drop(inputAt(file_id)),

    /** Pages of the documents in the index that have these words, the best first. */
    search: (q: string, page: { limit?: number; offset?: number } = {}) =>
      get<Hits>(`search?${search({ q, ...page })}`),
    /** What is in the index, the latest first. */
    documents: (query: { q?: string; limit?: number; page?: string } = {}) =>
      get<Documents>(`search/documents?${search(query)}`),
    pageText: (document_id: number, page: number) => get<PageText>(`search/documents/${document_id}/pages/${page}`),
    forget: (document_id: number) => drop(`search/documents/${document_id}`),
    /** Resolves with how many documents were forgotten. */
    forgetAll: () => count('DELETE', 'search/documents?all=true'),

    /** Every task, log, checkpoint and file as one file: the address to save it from. */
    exportUrl: urlOf('tasks/export'),
    /** Takes all of an export or nothing; resolves with how many tasks came. */
    importAll: (file: Blob) => count('POST', 'tasks/import', { headers: { 'Content-Type': EXPORT_TYPE }, body: file }),

    /** A countdown of ten steps, a second each: what the lessons in SSE watch. */
    submitLesson: () => call<{ task_id: string; status: 'processing' }>('POST', 'submit'),
    /** One of the lessons in SSE, for an `EventSource`. */
    lessonUrl: urlOf as (name: 'stream' | 'stream-events' | 'stream-with-id') => string,

    /** All of this as OpenAPI 3.1. */
    openApi: () => get<Record<string, unknown>>('openapi.json'),
  };
}

/** JSON leaves out what is not given; the parameters make a word of each value. */
const search = (query: object | 'all'): URLSearchParams =>
  new URLSearchParams(query === 'all' ? { all: 'true' } : JSON.parse(JSON.stringify(query)));
