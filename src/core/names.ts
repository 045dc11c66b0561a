/** What the things are called that are shared on an origin. */

/** All of them are named after the folder that the app is served from: two apps must not meet. */
export interface Names {
  database: string;
  channel: string;
  /** The lease of one attempt of a task. */
  taskLock(task_id: string, attempt: number): string;
  /** What the names of all leases begin with; the task's id and the attempt follow. */
  tasksLocks: string;
  /** Held by each executor for as long as it lives. */
  executorLock: string;
  /** Held by the executor that cleans up. */
  housekeepingLock: string;
  /** Held by a job worker for as long as it lives. */
  workerLock(worker_id: string): string;
  /** The OPFS folder. */
  folder: string;
  /** The OPFS folder of what outlasts its task. */
  lasting: string;
  /** Held by whoever has such a file open, and the channel on which that one is asked. */
  lastingLock(file: string): string;
  /** Held by the executor that keeps a worker to answer on that channel. */
  keeperLock: string;
}

/** `scope`: the address of the folder, as in `ServiceWorkerRegistration.scope`. */
export function namesFor(scope: string): Names {
  const name = `holdfast:${new URL(scope).pathname}`;
  return {
    database: name,
    channel: name,
    taskLock: (task_id, attempt) => `${name}:task:${task_id}:${attempt}`,
    tasksLocks: `${name}:task:`,
    executorLock: `${name}:executor`,
    housekeepingLock: `${name}:housekeeping`,
    workerLock: (worker_id) => `${name}:worker:${worker_id}`,
    folder: encodeURIComponent(name),
    lasting: encodeURIComponent(`${name}:lasting`),
    lastingLock: (file) => `${name}:lasting:${file}`,
    keeperLock: `${name}:keeper`,
  };
}

/** Held while the marks of a task's output files are moved on, and by an export that reads the files at theirs. */
export const marksLock = (folder: string, task_id: string) => `${folder}:marks:${task_id}`;
