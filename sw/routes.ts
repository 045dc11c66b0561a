/** The HTTP API as one Hono app over `Tasks`: Request → Response, with no service-worker global in it. */
import type { Context } from 'hono';
import { Hono } from 'hono/tiny';
import * as v from 'valibot';
import type { Files } from '../src/core/files.ts';
import type { JobSpec } from '../src/core/job.ts';
import type { PageMessage } from '../src/core/protocol.ts';
import { type Health, SettingsPatchSchema, TaskDraftSchema } from '../src/core/schema.ts';
import type { Snapshots, Tasks } from '../src/core/store.ts';
import { FileChanged, FileMissing, type StoredFiles } from '../src/core/stored-files.ts';
import { isFinished, type StoredTask, toWire } from '../src/core/task.ts';
import {
  AtQuerySchema,
  DetailQuerySchema,
  invalid,
  ListQuerySchema,
  parseBody,
  parseDrafts,
  parseQuery,
  RetryQuerySchema,
  StreamQuerySchema,
} from './body.ts';
import type { Commands } from './command.ts';
import type { AskIndex } from './index-asks.ts';
import { readJson } from './json-body.ts';
import { onDemand } from './on-demand.ts';
import { notFound, problemResponse, Refusal } from './problem.ts';
import { noContent, type Streams } from './streams.ts';

interface RouteHost {
  /** The path of the folder that the app is served from, with its slash at the end. */
  base: string;
  version: string;
  store: Tasks;
  files: StoredFiles;
  /** What an export reads, and an import writes. */
  snapshots(): Snapshots;
  allFiles(): Files;
  commands: Commands;
  streams: Streams;
  specs: ReadonlyMap<string, JobSpec>;
  health(): Promise<Health>;
  settingsChanged(): void;
  /** What went wrong and is nobody's request. */
  report(error: unknown): void;
  /** Tells a page something, if it is still there. */
  tell(client: string, message: PageMessage): void;
  askIndex(): AskIndex;
  /** Runs work that must not meet the clean-up. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** Any name but those that are something else. */
const TASK = '/tasks/:id{(?!(?:cancel|export|health|import|settings|stream|types)(?:/|$))[^/]+}';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export function routes(host: RouteHost): Hono {
  const { base, version, store, files, commands, streams, specs, health, settingsChanged, report, alone, tell } = host;
  const transfer = () => ({ store: host.snapshots(), files: host.allFiles(), version, alone });
  // The folder's name may be percent-encoded, and Hono would decode it: what it routes is the path below, as it was sent.
  const app = new Hono({ getPath: ({ url }) => pathOf(url).slice(base.length - 1) });
  const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
    });
  const shown = (task: StoredTask) => json(toWire(task));
  const asker = (c: Context) => ({ request: c.req.raw, client: c.env?.client ?? null });
  const asked = (c: Context) => ({ ...asker(c), ...parseQuery(StreamQuerySchema, c.req.queries()) });
  const id = (c: Context) => c.req.param('id') ?? '';
  async function find(task_id: string): Promise<StoredTask> {
    const task = await store.get(task_id);
    if (!task) throw notFound(`task ${task_id}`);
    return task;
  }

  app.post('/tasks', async (c) => {
    const { many, drafts } = parseDrafts(await readJson(c.req.raw), (type) => specs.get(type)?.input);
    const key = c.req.header('Idempotency-Key');
    const fingerprint = JSON.stringify(many ? drafts : drafts[0]);
    const submission = await store.submit(drafts, key ? { key, fingerprint } : null);
    if (submission.kind === 'conflict') {
      throw new Refusal(422, 'idempotency-mismatch', `The key ${key} came with another payload before.`);
    }
    if (submission.kind === 'unknown-dependency') {
      const { index, position, task_id } = submission;
      const pointer = `${many ? `/${index}` : ''}/depends_on/${position}`;
      throw invalid([{ pointer, detail: `There is no task ${task_id}.` }]);
    }
    const replayed = submission.kind === 'replayed' ? { 'Idempotency-Replayed': 'true' } : {};
    const [task] = submission.tasks;
    if (many || !task) return json({ tasks: submission.tasks }, 202, replayed);
    return json(task, 202, { Location: `${base}tasks/${task.task_id}`, ...replayed });
  });

  const bulk = () => onDemand().createBulk({ store, files, commands, report });
  app.delete('/tasks', async (c) => {
    return json({ count: await bulk().remove(c.req.queries()) });
  });
  app.post('/tasks/cancel', async (c) => {
    return json({ count: await bulk().cancel(c.req.queries()) });
  });

  app.get('/tasks', async (c) => {
    const { limit, page = null, ...filter } = parseQuery(ListQuerySchema, c.req.queries());
    return json(await store.list(filter, limit, page));
  });

  app.get('/tasks/export', (c) => {
    const { exportHeaders, exportStream } = onDemand();
    const headers = exportHeaders(new Date());
    return new Response(c.req.raw.method === 'HEAD' ? null : exportStream(transfer()), { headers });
  });
  app.post('/tasks/import', async (c) => {
    const { request, client } = asker(c);
    const progress = (read: number, size: number) => {
      if (client !== null) tell(client, { kind: 'import-progress', read, size });
    };
    return json({ count: await onDemand().importAll(request, transfer(), progress) });
  });

  app.get('/tasks/types', () => json({ types: [...specs.values()].map(describe) }));
  app.get('/tasks/health', async (c) => {
    const { detail } = parseQuery(DetailQuerySchema, c.req.queries());
    const { tabs, ...rest } = await health();
    return json(detail === 'true' ? { ...rest, tabs } : rest);
  });
  app.get('/tasks/settings', async () => json(await store.settings()));
  app.patch('/tasks/settings', async (c) => {
    const settings = await store.configure(parseBody(SettingsPatchSchema, await readJson(c.req.raw)));
    settingsChanged();
    return json(settings);
  });
  app.get('/tasks/stream', (c) => streams.all(asked(c)));

  app.get(TASK, async (c) => {
    const { at } = parseQuery(AtQuerySchema, c.req.queries());
    const task = await (at === undefined ? find(id(c)) : onDemand().taskAt(store, id(c), at));
    const headers = { ETag: `"${task.task_id}-${task.last_event_id}"`, 'Cache-Control': 'no-cache' };
    const known = c.req.header('If-None-Match');
    if (known === '*' || known?.includes(headers.ETag)) return new Response(null, { status: 304, headers });
    return json(toWire(task), 200, headers);
  });

  app.get(`${TASK}/stream`, (c) => streams.task(id(c), asked(c)));

  app.get(`${TASK}/log`, async (c) => json(await onDemand().logAsJson(store, id(c), c.req.queries())));

  app.post(`${TASK}/cancel`, async (c) => shown(await commands.cancel(id(c))));
  app.post(`${TASK}/pause`, async (c) => shown(await commands.pause(id(c))));
  app.post(`${TASK}/resume`, async (c) => shown(await commands.resume(id(c))));
  app.post(`${TASK}/retry`, async (c) => {
    const { from } = parseQuery(RetryQuerySchema, c.req.queries());
    return shown(await commands.retry(id(c), from === 'start'));
  });

  app.delete(TASK, async (c) => {
    // Not looked up before: what cannot be read can be deleted all the same.
    const found = await store.delete(id(c));
    if (found === 'absent') throw notFound(`task ${id(c)}`);
    if (found === 'live') {
      const { task_id, status } = await find(id(c));
      throw new Refusal(409, 'conflict', `Task ${task_id} is ${status}: cancel it first.`, { task_status: status });
    }
    // A dying worker may still hold one: what is left of a task that is gone is found by the next clean-up.
    await files.removeOutputs(id(c)).catch(report);
    return noContent();
  });

  app.get(`${TASK}/result`, async (c) => {
    const task = await find(id(c));
    if (task.status === 'completed') return json(task.result);
    throw new Refusal(409, 'conflict', `Task ${task.task_id} is ${task.status}: it has no result.`, {
      task_status: task.status,
    });
  });

  app.get(`${TASK}/files/:name{.+}`, async (c) => {
    const task = await find(id(c));
    const name = decoded(c.req.path.split('/').slice(4).join('/'));
    const file = isFinished(task.status) ? task.files.find((each) => each.name === name) : undefined;
    const body = file && (await files.output(task.task_id, name));
    if (!file || !body) throw notFound(`output file "${name}" of task ${task.task_id}`);
    return onDemand().serveFile(c.req.raw, body, name, file.type);
  });

  app.post('/share', (c) => onDemand().stageShared(c.req.raw, files));

  app.post('/files', async (c) => json(await onDemand().addFile(c.req.raw, c.req.queries(), files), 201));
  app.get('/files/:id', async (c) => {
    const row = await files.input(id(c));
    if (!row) throw notFound(`file ${id(c)}`);
    const body = await files.content(id(c)).catch((error: unknown) => {
      // The row is there, the file behind it is not: the page had it by a handle.
      if (error instanceof FileMissing || error instanceof FileChanged)
        throw new Refusal(404, 'not-found', error.message);
      throw error;
    });
    return onDemand().serveFile(c.req.raw, body, row.title, row.type);
  });
  app.delete('/files/:id', async (c) => {
    if (!(await files.input(id(c)))) throw notFound(`file ${id(c)}`);
    await files.removeInput(id(c));
    return noContent();
  });

  const documents = () => onDemand().searching(host.askIndex());
  app.get('/search', async (c) => json(await documents().search(c.req.queries())));
  app.get('/search/documents', async (c) => json(await documents().documents(c.req.queries())));
  app.get('/search/documents/:id/pages/:page', async (c) => json(await documents().page(id(c), c.req.param('page'))));
  app.delete('/search/documents', async (c) => json(await documents().forgetAll(c.req.queries())));
  app.delete('/search/documents/:id', async (c) => {
    await documents().forget(id(c));
    return noContent();
  });

  app.get('/openapi.json', (c) => json(onDemand().openApi(version, new URL(base, c.req.url), specs.values())));

  app.post('/submit', async () => {
    const draft = v.parse(TaskDraftSchema, { type: 'countdown', input: { steps: 10, step_ms: 1_000 } });
    const submission = await store.submit([draft], null);
    const [task] = submission.kind === 'accepted' ? submission.tasks : [];
    return json({ task_id: task?.task_id, status: 'processing' });
  });
  app.get('/stream', (c) => onDemand().stream(streams, asker(c)));
  app.get('/stream-events', (c) => onDemand().streamEvents(streams, asker(c)));
  app.get('/stream-with-id', (c) => onDemand().streamWithId(streams, asker(c), c.req.queries()));

  app.notFound((c) => {
    const { method, url } = c.req;
    const path = pathOf(url);
    const allowed = METHODS.filter((each) => app.router.match(each, c.req.path)[0].length > 0);
    if (allowed.length === 0) return problemResponse(notFound(`resource ${path}`), path);
    const allow = { Allow: (allowed.includes('GET') ? ['HEAD', ...allowed] : allowed).join(', ') };
    return problemResponse(new Refusal(405, 'method-not-allowed', `${path} does not take ${method}.`, {}, allow), path);
  });
  app.onError((error, c) => {
    if (!(error instanceof Refusal)) report(error);
    return problemResponse(error, pathOf(c.req.url));
  });
  return app;
}

const pathOf = (url: string) => new URL(url).pathname;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refusal(400, 'bad-request', `"${part}" is not percent-encoded UTF-8.`);
  }
}

const describe = ({ type, title, description, version, input, limits, redo }: JobSpec) => ({
  type,
  title,
  description,
  version,
  input: onDemand().jsonSchema(input),
  limits,
  redo,
});
