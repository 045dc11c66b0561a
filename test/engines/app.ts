/** The product, as the checks use it: its client and executor in this page, and its HTTP as it comes. */
import {
  type Client,
  connect,
  type Draft,
  type StreamEvent,
  type Task,
  type TaskUpdate,
} from '../../src/client/index.ts';
import type { Check } from './harness.ts';

export const client: Client = await connect({ timeout_ms: 60_000 });

let stop: (() => void) | undefined;

/** The executor of this page. */
export const executor = {
  start() {
    stop ??= client.startExecutor();
  },
  stop() {
    stop?.();
    stop = undefined;
  },
};

export const at = (path: string): string => new URL(path, client.base).href;

export const ask = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(at(path), { cache: 'no-store', ...init });

export const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  ask(path, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

export const post = (path: string, body?: unknown, headers?: Record<string, string>) =>
  send('POST', path, body, headers);

const FAR = '2199-01-01T00:00:00.000Z';

/** A task that waits for a day that none of us will see. */
export const pending = (more: Partial<Draft> = {}): Promise<Task> =>
  client.submit({ type: 'countdown', run_at: FAR, ...more });

export const submit = (type: string, input: unknown = {}, more: Partial<Draft> = {}): Promise<Task> =>
  client.submit({ type, input, ...more });

/** A task that runs until it is canceled, which the end of the check does. */
export async function running(check: Check, step_ms = 100, more: Partial<Draft> = {}): Promise<Task> {
  const { task_id } = await submit('countdown', { steps: 10_000, step_ms }, more);
  check.after(() => post(`tasks/${task_id}/cancel`));
  return reached(task_id, ({ status, done }) => status === 'running' && done > 0);
}

export async function eventsOf(task_id: string): Promise<StreamEvent[]> {
  const events = [];
  for await (const event of client.watch(task_id)) events.push(event);
  return events;
}

/** Waits for a task's end, and gives the task. */
export async function finished({ task_id }: Pick<Task, 'task_id'>): Promise<Task> {
  await eventsOf(task_id);
  return client.get(task_id);
}

export const run = async (type: string, input: unknown = {}, more: Partial<Draft> = {}): Promise<Task> =>
  finished(await submit(type, input, more));

/** Resolves with the task as it is when a message of its stream shows the state that is waited for. */
export async function reached(task_id: string, wanted: (state: TaskUpdate) => boolean): Promise<Task> {
  for await (const { event, data } of client.watch(task_id)) {
    if (event === 'message' && wanted(data)) return client.get(task_id);
  }
  throw new Error(`The task ended before that: ${JSON.stringify(await client.get(task_id))}`);
}

export async function logOf(task_id: string): Promise<StreamEvent[]> {
  return (await (await ask(`tasks/${task_id}/log?limit=10000`)).json()).events;
}

/** "1", "2", … */
export const upTo = (last: number): string[] => Array.from({ length: last }, (_, i) => String(i + 1));

/** Asks again until it holds: for what no event tells of. */
export async function eventually(check: Check, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) check.signal.throwIfAborted();
}

/** Sets what is given for the length of a check. */
export async function configured(check: Check, patch: Parameters<Client['configure']>[0]): Promise<void> {
  const before = await client.settings();
  check.after(() => client.configure(before));
  await client.configure(patch);
}

export interface Stream {
  response: Response;
  /** All that was read so far. */
  text(): string;
  /** The next chunk, or null at the end. */
  next(): Promise<string | null>;
  /** Reads on until the text read so far holds this. */
  until(part: string): Promise<string>;
  /** Reads to the end. */
  rest(): Promise<string>;
  close(): Promise<void>;
}

/** A stream, read by hand. It is closed with its check. */
export async function openStream(check: Check, path: string, headers: Record<string, string> = {}): Promise<Stream> {
  const response = await ask(path, { headers: { Accept: 'text/event-stream', ...headers } });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  const stream: Stream = {
    response,
    text: () => text,
    async next() {
      const { done = true, value } = (await reader?.read()) ?? {};
      if (done) return null;
      const chunk = decoder.decode(value, { stream: true });
      text += chunk;
      return chunk;
    },
    async until(part) {
      while (!text.includes(part)) {
        if ((await stream.next()) === null) throw new Error(`The stream ended without ${part}: ${text}`);
      }
      return text;
    },
    async rest() {
      while ((await stream.next()) !== null);
      return text;
    },
    close: async () => reader?.cancel().catch(() => {}),
  };
  check.after(stream.close);
  return stream;
}

/** The ids in a stream's text, in order. */
export const idsIn = (text: string): string[] => [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '');

/** Another page of the app, in a frame: it is connected, and runs tasks. */
export interface Frame {
  client: Client;
  window: Window;
  remove(): void;
}

export async function openFrame(check: Check, path = 'frame.html'): Promise<Frame> {
  const element = document.createElement('iframe');
  element.src = at(path);
  document.body.append(element);
  const remove = () => element.remove();
  check.after(remove);
  await new Promise((loaded) => element.addEventListener('load', loaded, { once: true }));
  const { contentWindow } = element;
  if (!contentWindow) throw new Error('The frame has no window.');
  return { client: await contentWindow.connected, window: contentWindow, remove };
}

declare global {
  interface Window {
    /** In a frame: its client, once its executor is started. */
    connected: Promise<Client>;
  }
}
