/** Typed requests. They speak the HTTP contract and nothing else, so `base` may be any origin that does. */
import type { Settings } from '../core/schema.ts';
import type { Problem, Status, Task, TaskDraft } from '../core/task.ts';

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
  redo: string;
}

export interface Added {
  file_id: string;
  name: string;
  size: number;
  type: string;
}

/** A request that was refused; `problem` is its RFC 9457 document. */
export class HttpProblem extends Error {
  override name = 'HttpProblem';
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail);
  }
}

export interface ListQuery {
  status?: readonly Status[];
  type?: string;
  tag?: string;
  q?: string;
  limit?: number;
  page?: string;
}

export type Tasks = ReturnType<typeof tasksAt>;

/** `base`: the address of the folder that `tasks` lies in. Every call rejects with `HttpProblem` when it is refused. */
export function tasksAt(base: string | URL) {
  async function request(path: string, init?: RequestInit): Promise<Response> {
    const response = await fetch(new URL(path, base), init);
    if (response.ok) return response;
    throw new HttpProblem(response.status, await problemOf(response));
  }
  const get = async <T>(path: string): Promise<T> => (await request(path)).json();
  const post = async <T>(path: string, body?: unknown, headers?: Record<string, string>): Promise<T> =>
    (
      await request(path, {
        method: 'POST',
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    ).json();
  const at = (task_id: string) => `tasks/${encodeURIComponent(task_id)}`;

  return {
    base: String(base),

    /** `key` makes the request safe to repeat. */
    submit: (draft: Draft, key?: string) => post<Task>('tasks', draft, key ? { 'Idempotency-Key': key } : {}),
    /** All or none, at most 1,000. */
    submitAll: async (drafts: readonly Draft[], key?: string) =>
      (await post<{ tasks: Task[] }>('tasks', drafts, key ? { 'Idempotency-Key': key } : {})).tasks,
    get: (task_id: string) => get<Task>(at(task_id)),
    list(query: ListQuery = {}): Promise<TaskPage> {
      const entries = Object.entries(query).map(([name, value]) => [name, String(value)]);
      return get(`tasks?${new URLSearchParams(entries)}`);
    },
    cancel: (task_id: string) => post<Task>(`${at(task_id)}/cancel`),
    pause: (task_id: string) => post<Task>(`${at(task_id)}/pause`),
    resume: (task_id: string) => post<Task>(`${at(task_id)}/resume`),
    retry: (task_id: string, from: 'checkpoint' | 'start' = 'checkpoint') =>
      post<Task>(`${at(task_id)}/retry?from=${from}`),
    remove: async (task_id: string) => void (await request(at(task_id), { method: 'DELETE' })),
    result: (task_id: string) => get<unknown>(`${at(task_id)}/result`),
    types: async () => (await get<{ types: JobType[] }>('tasks/types')).types,
    settings: () => get<Settings>('tasks/settings'),
    configure: async (patch: Partial<Settings>): Promise<Settings> =>
      (
        await request('tasks/settings', {
          method: 'PATCH',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(patch),
        })
      ).json(),
    health: () => get<Record<string, unknown>>('tasks/health'),

    outputUrl: (task_id: string, name: string) =>
      new URL(`${at(task_id)}/files/${encodeURIComponent(name)}`, base).href,
    output: async (task_id: string, name: string) =>
      (await request(`${at(task_id)}/files/${encodeURIComponent(name)}`)).blob(),

    upload: async (file: Blob, name: string): Promise<Added> =>
      (
        await request(`files?${new URLSearchParams({ name })}`, {
          method: 'POST',
          headers: { 'Content-Type': file.type || 'application/octet-stream' },
          body: file,
        })
      ).json(),
    removeFile: async (file_id: string) =>
      void (await request(`files/${encodeURIComponent(file_id)}`, { method: 'DELETE' })),
  };
}

async function problemOf(response: Response): Promise<Problem> {
  const { status, statusText } = response;
  const fallback = {
    type: 'about:blank',
    title: statusText || `HTTP ${status}`,
    detail: `The answer was ${status}.`,
    status,
  };
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return fallback;
  return response.json().catch(() => fallback);
}
