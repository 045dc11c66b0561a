/** The HTTP API over a fresh database, as the service worker hosts it, with an executor that stops whatever it is asked to. */
import * as v from 'valibot';
import { expect, vi } from 'vitest';
import { filesOf } from '../../../src/core/files.ts';
import type { PageMessage } from '../../../src/core/protocol.ts';
import { ProblemSchema } from '../../../src/core/schema.ts';
import type { Change, StoredTask } from '../../../src/core/task.ts';
import { commands } from '../../../sw/command.ts';
import { createHub } from '../../../sw/hub.ts';
import type { AskIndex } from '../../../sw/index-asks.ts';
import { routes } from '../../../sw/routes.ts';
import { openStreams } from '../../../sw/streams.ts';
import { specs } from '../../../workers/jobs/specs.ts';
import { freshStore } from '../core/database.ts';

export const BASE = '/app/';

export type Server = ReturnType<typeof createServer>;

export function createServer(
  stops: (task: StoredTask, reason: 'user' | 'cancel') => Change = stopped,
  base: string = BASE,
) {
  // Node 20 has no `navigator`; without OPFS, output files lie in the database.
  vi.stubGlobal('navigator', {});
  const fresh = freshStore();
  const { store, database, change, published } = fresh;
  const hub = createHub();
  published(hub.deliver);
  const files = filesOf(database, 'folder');
  const living = new Set<string>();
  const reports: unknown[] = [];
  const told: { client: string; message: PageMessage }[] = [];
  const report = (error: unknown) => void reports.push(error);
  const streams = openStreams({ store, hub, isAlive: async (client) => living.has(client), report });
  const command = commands({
    store,
    hub,
    discardOutputs: files.removeOutputs,
    report,
    askToStop: (task, reason) => void change(task.task_id, [stops(task, reason)]).catch(() => {}),
    graceOf: () => 0,
  });
  let settings_changed = 0;
  let asked: AskIndex = async () => null;
  const app = routes({
    base,
    version: '1.2.3',
    store,
    files,
    snapshots: () => store,
    allFiles: () => files,
    streams,
    specs: new Map(specs.map((spec) => [spec.type, spec])),
    commands: command,
    settingsChanged: () => {
      settings_changed += 1;
    },
    report,
    alone: (work) => work(),
    tell: (client, message) => void told.push({ client, message }),
    askIndex: () => asked,
    health: async () => ({
      status: 'ok',
      version: '1.2.3',
      uptime_ms: 1,
      executors: 0,
      tabs: [],
      running: 0,
      running_limit: 1,
      open_streams: streams.count(),
      storage_used: null,
      storage_quota: null,
      persisted: false,
    }),
  });

  /** `client`: the id of the page that asks. */
  const request = async (path: string, init?: RequestInit, client: string | null = null): Promise<Response> =>
    app.request(base + path, init, { client });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  return {
    ...fresh,
    files,
    streams,
    living,
    reports,
    told,
    request,
    post,
    settingsChanges: () => settings_changed,
    /** Who answers for the index. */
    index(answers: AskIndex) {
      asked = answers;
    },
    routes: app.routes,
  };
}

const stopped = (_: StoredTask, reason: 'user' | 'cancel'): Change =>
  reason === 'cancel'
    ? { kind: 'canceled', stopped: { rung: 'return', ms: 1 } }
    : { kind: 'paused', reason: 'user', message: null, stopped: { rung: 'return', ms: 1 } };

/** The problem document of an answer; fails if it is none. */
export async function problemOf(response: Response, path?: string) {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  const problem = v.parse(ProblemSchema, await response.json());
  expect(problem).toMatchObject({
    type: expect.stringMatching(/^urn:holdfast:problem:[a-z-]+$/),
    title: expect.stringMatching(/./),
    detail: expect.stringMatching(/./),
    status: response.status,
    // A URI reference (RFC 9457): as it was asked for, with nothing in it decoded.
    instance: path === undefined ? expect.stringMatching(/^\/[\x21-\x7e]*$/) : BASE + path,
  });
  return problem as typeof problem & {
    errors?: { pointer: string; detail: string }[];
    position?: number;
    record?: number;
  };
}
