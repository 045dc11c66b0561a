/** A job worker: what the executor can ask of it. */
import * as Comlink from 'comlink';
import { connection } from '../../src/core/connection.ts';
import { type Files, filesOf } from '../../src/core/files.ts';
import { type LastingFiles, lastingFilesOf } from '../../src/core/lasting-file.ts';
import { namesFor } from '../../src/core/names.ts';
import type { Assignment, JobApi } from '../../src/core/protocol.ts';
import { trustOwnScripts } from '../../src/core/trusted.ts';
import { loadRun } from '../jobs/runs.ts';
import { runJob } from './runner.ts';
import { sinkOver } from './sink.ts';

trustOwnScripts();

let files: Files | undefined;
let lasting: LastingFiles | undefined;
let stopping = new AbortController();

// A job that waits for what failed so would wait for ever, and a rejection that nobody handles reaches no other thread. One that comes
// of a stop is the job's way of ending.
addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  if (!stopping.signal.aborted) reportError(event.reason);
});

/** Held for as long as this thread lives: being granted it is how the executor learns that it died. */
const holdForever = (name: string) =>
  new Promise<void>((held, failed) => {
    navigator.locks
      .request(name, () => {
        held();
        return new Promise(() => {});
      })
      .catch(failed);
  });

Comlink.expose({
  async prepare(scope: string, worker_id: string) {
    const names = namesFor(scope);
    const database = connection(names.database);
    files = filesOf(database, names.folder);
    lasting = lastingFilesOf(database, names, navigator.locks);
    await holdForever(names.workerLock(worker_id));
  },

  load: async (type: string) => void (await loadRun(type)),

  async run(assignment: Assignment, batches: MessagePort) {
    if (!files || !lasting) throw new Error('run before prepare');
    stopping = new AbortController();
    const { signal } = stopping;
    const sink = sinkOver(batches);
    return runJob(() => loadRun(assignment.task.type), assignment, { files, lasting, sink, signal });
  },

  stop(keep: boolean) {
    stopping.abort(new DOMException(keep ? 'keep' : 'drop', 'AbortError'));
  },
} satisfies JobApi);
