/** The backend of one folder: everything behind the service worker's listeners, wired together. */
import * as v from 'valibot';
import { connection, Outdated } from '../src/core/connection.ts';
import { discarding } from '../src/core/discard.ts';
import { executorsIn } from '../src/core/held-locks.ts';
import { idbTasks } from '../src/core/idb-tasks.ts';
import { DEFAULT_GRACE_MS } from '../src/core/job.ts';
import { namesFor } from '../src/core/names.ts';
import { type BackendMessage, CommitSchema, type Hint, HintSchema, type PageMessage } from '../src/core/protocol.ts';
import { defaultRunningLimit } from '../src/core/schema.ts';
import { INDEX } from '../src/core/search.ts';
import type { Commit } from '../src/core/store.ts';
import { storedFiles } from '../src/core/stored-files.ts';
import { specs } from '../workers/jobs/specs.ts';
import { commands } from './command.ts';
import { createHub } from './hub.ts';
import type { AskIndex } from './index-asks.ts';
import { messages } from './message.ts';
import { onDemand } from './on-demand.ts';
import { FRAME_ANCESTORS } from './policy.ts';
import { problemResponse, Refusal } from './problem.ts';
import { routes } from './routes.ts';
import { openStreams } from './streams.ts';

declare const self: ServiceWorkerGlobalScope;

const OURS = /^(?:tasks|files|share|submit|search|stream|stream-events|stream-with-id|openapi\.json)(?:\/|$)/;

/**
 * A page of a newer version (loaded past this service worker) has changed the database: this one can answer nothing any more, so there
 * is nothing left to ask a person for.
 */
async function giveWay(): Promise<void> {
  // Without a network the one that waits already has to do.
  await self.registration.update().catch(() => {});
  const { waiting, installing } = self.registration;
  (waiting ?? installing)?.postMessage({ kind: 'skip-waiting' } satisfies BackendMessage);
}

export function createBackend(scope: string) {
  const started = Date.now();
  const names = namesFor(scope);
  const base = new URL(scope).pathname;
  const database = connection(names.database);
  const channel = new BroadcastChannel(names.channel);
  const hub = createHub();
  const tell = (hint: Hint) => channel.postMessage(hint);
  const stored = {
    connection: database,
    heard: null,
    publish(commit: Commit) {
      hub.deliver(commit);
      tell({ kind: 'committed', tasks: commit.tasks, newest: commit.newest });
    },
  };
  const { tasks: store } = idbTasks(stored);
  const files = storedFiles(database, names.folder);
  const report = (error: unknown) => {
    if (error instanceof Outdated) giveWay();
    else console.error('holdfast backend:', error);
  };
  const byType = new Map(specs.map((spec) => [spec.type, spec]));
  const streams = openStreams({
    store,
    hub,
    isAlive: async (client) => (await self.clients.get(client)) !== undefined,
    report,
  });
  const command = commands({
    store,
    hub,
    discardOutputs: discarding({ store, files, locks: navigator.locks, lockOf: names.taskLock }),
    report,
    askToStop: ({ task_id, attempt }, reason) => tell({ kind: 'stop', task_id, attempt, reason }),
    graceOf: (type) => byType.get(type)?.limits.grace_ms ?? DEFAULT_GRACE_MS,
  });
  const executors = async () => {
    const { held = [] } = await navigator.locks.query();
    return held.filter((lock) => lock.name === names.executorLock).length;
  };
  let asks: AskIndex | undefined;
  const askIndex = () =>
    (asks ??= onDemand().indexAsks({
      channel: names.lastingLock(INDEX),
      executors,
      settles: onDemand().settling(store, database),
    }));
  const app = routes({
    base,
    version: __HOLDFAST_VERSION__,
    store,
    files,
    snapshots: () => onDemand().snapshots(stored),
    allFiles: () => onDemand().filesOf(database, names.folder),
    streams,
    specs: byType,
    commands: command,
    settingsChanged: () => tell({ kind: 'settings' }),
    alone: (work) => navigator.locks.request(names.housekeepingLock, work),
    tell: async (client, message) => (await self.clients.get(client))?.postMessage(message),
    report,
    askIndex,
    async health() {
      const [{ usage = null, quota = null } = {}, persisted = false, running, settings, locks] = await Promise.all([
        navigator.storage?.estimate?.(),
        navigator.storage?.persisted?.(),
        store.running(),
        store.settings(),
        navigator.locks.query(),
      ]);
      return {
        status: 'ok',
        version: __HOLDFAST_VERSION__,
        uptime_ms: Date.now() - started,
        executors: locks.held?.filter((lock) => lock.name === names.executorLock).length ?? 0,
        tabs: executorsIn(locks.held ?? [], names),
        running: running.length,
        running_limit: settings.running_limit ?? defaultRunningLimit(navigator.hardwareConcurrency),
        open_streams: streams.count(),
        storage_used: usage,
        storage_quota: quota,
        persisted,
      };
    },
  });

  /** What fits no schema comes from another version of the app, or from a stranger on this origin: it is passed over. */
  const deliver = (message: unknown, schema: typeof HintSchema | typeof CommitSchema) => {
    const { success, output, issues } = v.safeParse(schema, message);
    if (!success) return report(new TypeError(`A message that is none of ours: ${v.summarize(issues)}`));
    if ('tasks' in output) hub.deliver(output);
  };
  channel.addEventListener('message', ({ data }) => deliver(data, HintSchema));
  tellPages({ kind: 'backend-started' });

  async function tellPages(message: PageMessage) {
    for (const page of await self.clients.matchAll()) page.postMessage(message);
  }

  const eraseAll = async () => {
    try {
      await onDemand().erase({ names, store, files, askToLetGo: () => tell({ kind: 'erase' }) });
    } finally {
      // Also when rows are gone and a file is not: the numbers begin anew.
      streams.endOpen();
    }
    await tellPages({ kind: 'erased' });
  };

  return {
    /** The answer to a request that is ours; undefined for anything else, which then goes where it would have gone without us. */
    fetch({ request, clientId, resultingClientId }: FetchEvent): Promise<Response> | undefined {
      const url = new URL(request.url);
      if (url.origin !== self.location.origin || !url.pathname.startsWith(base)) return undefined;
      if (!OURS.test(url.pathname.slice(base.length))) return undefined;
      // A form on any site can start a navigation that posts; a page of ours never does. A share is one as well, and only keeps files.
      const isShare = request.method === 'POST' && url.pathname === `${base}share`;
      if (request.mode === 'navigate' && request.method !== 'GET' && !isShare) {
        const refusal = new Refusal(403, 'forbidden', `A navigation cannot ${request.method} ${url.pathname}.`);
        return Promise.resolve(problemResponse(refusal, url.pathname));
      }
      const answer = Promise.resolve(app.fetch(request, { client: clientId || resultingClientId || null }));
      return request.mode === 'navigate' ? answer.then(unframed) : answer;
    },

    message: messages({
      scope,
      database,
      files,
      streams,
      command,
      committed: (message) => deliver(message, CommitSchema),
      erase: eraseAll,
    }),
  };
}

/** What is shown in a window may be shown in a frame by this origin alone, as the app's own files. */
function unframed(answer: Response): Response {
  answer.headers.append('Content-Security-Policy', FRAME_ANCESTORS);
  return answer;
}
