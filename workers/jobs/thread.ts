/** A worker of a job's own, for what would keep the job's thread from hearing. */

/** A worker whose script was on its way when the service worker died never loads, and no event tells of it: it is started anew. */
const READY_MS = 2_000;
const STARTS = 4;

/** No fault of what the worker was to work on. */
export class NotStarted extends Error {
  override name = 'NotStarted';
}

/** Resolves once the worker has posted its first message, which says that it is ready. Throws `NotStarted`, and the signal's reason. */
export async function startThread(create: () => Worker, signal: AbortSignal): Promise<Worker> {
  for (let left = STARTS, wait = READY_MS; ; left -= 1, wait *= 2) {
    const worker = create();
    try {
      await settled(worker, signal, wait);
      return worker;
    } catch (error) {
      worker.terminate();
      if (signal.aborted || left === 1) throw error;
    }
  }
}

function settled(worker: Worker, signal: AbortSignal, wait: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(() => reject(new NotStarted('A worker of the job did not start.')), wait);
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  worker.onmessage = () => resolve();
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new NotStarted(event.message || 'A worker of the job could not be loaded.'));
  };
  return promise.finally(() => {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    worker.onmessage = null;
    worker.onerror = null;
  });
}
