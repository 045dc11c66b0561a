/** What the browser tests share: a site of their own, random files, and the page's client as a hand to reach in with. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import type { AddedFile, Client, StreamEvent, Task, TaskEnd, TaskUpdate } from '../../src/client/index.ts';
import { namesFor } from '../../src/core/names.ts';

declare global {
  var holdfast: Client;
}

/** Another build than `dist` can be tested by naming its folder. */
export const dist = process.env.HOLDFAST_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url));

export const MiB = 1024 * 1024;
/** What the checksum job reads at a time. */
export const CHUNK = 4 * MiB;

export type Site = Awaited<ReturnType<typeof serve>>;

export interface RandomFile {
  path: string;
  name: string;
  size: number;
  sha256: string;
}

export interface Fixtures {
  /** `dist` at the root of an origin that no other test uses. */
  site: Site;
  /** An empty folder for a browser's profile. Without one a browser keeps everything in memory, as a private window does. */
  profile: string;
}

export interface WorkerFixtures {
  /** Three files of 64 MiB. */
  random: RandomFile[];
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that it has to make from the pattern.
  site: async ({}, use) => {
    const site = await serve({ root: dist });
    await use(site);
    await site.close();
  },

  // biome-ignore lint/correctness/noEmptyPattern: as above
  profile: async ({}, use) => {
    const profile = await mkdtemp(join(tmpdir(), 'holdfast-profile-'));
    await use(profile);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  },

  // What goes wrong where nobody waits for an answer fails the test as well.
  context: async ({ context }, use) => {
    const faults = watchFaults(context);
    await use(context);
    expect(faults).toEqual([]);
  },

  random: [
    // biome-ignore lint/correctness/noEmptyPattern: as above
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-e2e-'));
      const files = [];
      for (const name of ['one.bin', 'two.bin', 'three.bin']) files.push(await randomFile(folder, name, 64 * MiB));
      await use(files);
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
});

export { expect };

/** Uncaught errors of pages and workers, and what an executor reports. */
export function watchFaults(context: BrowserContext): string[] {
  const faults: string[] = [];
  context.on('weberror', (event) => faults.push(String(event.error())));
  context.on('console', (message) => {
    if (message.type() === 'error' && message.text().startsWith('holdfast')) faults.push(message.text());
  });
  return faults;
}

async function randomFile(folder: string, name: string, size: number): Promise<RandomFile> {
  const path = join(folder, name);
  const bytes = randomBytes(size);
  await writeFile(path, bytes);
  return { path, name, size, sha256: sha256(bytes) };
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Loads the app and resolves when tasks can be asked for. */
export async function open(page: Page, url: string): Promise<Page> {
  await page.goto(url);
  return ready(page);
}

export async function ready(page: Page): Promise<Page> {
  await page.waitForFunction(() => globalThis.holdfast !== undefined);
  return page;
}

/** Adds files of the disk as a person would who picks them. */
export async function addFiles(page: Page, files: RandomFile[]): Promise<AddedFile[]> {
  const input = await page.evaluateHandle(() => {
    const element = document.createElement('input');
    return Object.assign(element, { type: 'file', multiple: true });
  });
  await input.setInputFiles(files.map(({ path }) => path));
  return input.evaluate((element) =>
    Promise.all([...(element.files ?? [])].map((file) => globalThis.holdfast.addFile(file))),
  );
}

/** Adds a file made in the page, of as many bytes as `text` has. */
export const addText = (page: Page, name: string, text: string): Promise<AddedFile> =>
  page.evaluate(([name, text]) => globalThis.holdfast.addFile(new File([text], name)), [name, text] as const);

export const submit = (page: Page, type: string, input: unknown): Promise<Task> =>
  page.evaluate(([type, input]) => globalThis.holdfast.submit({ type, input }), [type, input] as const);

export const get = (page: Page, task_id: string): Promise<Task> =>
  page.evaluate((task_id) => globalThis.holdfast.get(task_id), task_id);

export const list = (page: Page) => page.evaluate(() => globalThis.holdfast.list({ limit: 500 }));

/** A checksum of 768 MiB, which runs for several seconds and several checkpoints; the expected digests in order. */
export async function submitLongChecksum(page: Page, random: RandomFile[]): Promise<{ task: Task; digests: string[] }> {
  const added = await addFiles(page, random);
  const rounds = [1, 2, 3, 4];
  const files = rounds.flatMap(() => added.map(({ file_id }) => ({ file_id })));
  const task = await submit(page, 'checksum', { files });
  return { task, digests: rounds.flatMap(() => random.map((file) => file.sha256)) };
}

/** A table of some 16 MB, made in the page, on its way into a database: it runs for several seconds and several checkpoints. */
export const submitLongTable = (page: Page): Promise<Task> =>
  page.evaluate(async () => {
    const rows = Array.from(
      { length: 400_000 },
      (_, i) => `${i},Rope ${i % 977},${(i % 1000) / 8},2026-01-${10 + (i % 19)}\n`,
    );
    const file = await globalThis.holdfast.addFile(new File(['id,name,length,made\n', ...rows], 'ropes.csv'));
    const input = { files: [{ file_id: file.file_id }], to: 'sqlite' };
    return globalThis.holdfast.submit({ type: 'table', input });
  });

/** The output files of a completed task, with their SHA-256. */
export const outputSums = (page: Page, task_id: string): Promise<{ name: string; sha256: string }[]> =>
  page.evaluate(async (task_id) => {
    const { files } = await globalThis.holdfast.get(task_id);
    return Promise.all(
      files.map(async ({ name }) => {
        const bytes = await (await globalThis.holdfast.output(task_id, name)).arrayBuffer();
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
        return { name, sha256: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
      }),
    );
  }, task_id);

/** The digests in a checksum's result. */
export const digestsOf = ({ result }: Pick<Task, 'result'>): string[] =>
  (result as { files: { digest: string }[] }).files.map(({ digest }) => digest);

/** Watches a task until its end. */
export const watch = (page: Page, task_id: string): Promise<StreamEvent[]> =>
  page.evaluate(async (task_id) => {
    const events = [];
    for await (const event of globalThis.holdfast.watch(task_id)) events.push(event);
    return events;
  }, task_id);

/** Watches a task until its end, and gives the task. */
export async function finished(page: Page, task_id: string): Promise<Task> {
  await watch(page, task_id);
  return get(page, task_id);
}

/** Resolves when a message of this status has come, of this attempt or a later one; with `Date.now()` of that moment. */
export const reached = (page: Page, task_id: string, status: string, attempt = 0, done = 0): Promise<number> =>
  page.evaluate(
    async ([task_id, status, attempt, done]) => {
      for await (const { event, data } of globalThis.holdfast.watch(task_id)) {
        if (event !== 'message' || data.status !== status) continue;
        if (data.attempt >= attempt && data.done >= done) return Date.now();
      }
      throw new Error(`Task ${task_id} ended and was never ${status} in attempt ${attempt} with ${done} done.`);
    },
    [task_id, status, attempt, done] as const,
  );

/** Resolves with `done` at a checkpoint of the task, as soon as one is committed. */
export const checkpointed = (page: Page, task_id: string): Promise<number> =>
  page.evaluate(async (task_id) => {
    for await (const _ of globalThis.holdfast.watch(task_id)) {
      const task = await globalThis.holdfast.get(task_id);
      // Only then is `done` the checkpoint's, and not that of some progress after it.
      if (task.status === 'running' && task.checkpoint_at === task.updated_at) return task.done;
    }
    throw new Error(`Task ${task_id} ended before a checkpoint.`);
  }, task_id);

export type LogEvent = { id: string } & (
  | { event: 'message'; data: TaskUpdate }
  | { event: 'log'; data: { level: string; message: string } }
  | { event: 'complete'; data: TaskEnd }
);

/** A task's whole log. */
export const logOf = (page: Page, task_id: string): Promise<LogEvent[]> =>
  page.evaluate(async (task_id) => {
    const address = new URL(`tasks/${task_id}/log?limit=10000`, globalThis.holdfast.base);
    return (await (await fetch(address)).json()).events;
  }, task_id);

/** The log numbers its events 1, 2, 3 … and ends with the only `complete`. */
export function expectWhole(log: LogEvent[]) {
  const [end, ...earlier] = log.toReversed();
  expect(end?.event).toBe('complete');
  const ids = earlier.toReversed().map(({ id }) => id);
  expect(ids).toEqual(upTo(ids.length));
  expect(end?.id).toBe(ids.at(-1));
  expect(earlier.filter(({ event }) => event === 'complete')).toEqual([]);
}

/** "1", "2", … */
export const upTo = (last: number): string[] => Array.from({ length: last }, (_, i) => String(i + 1));

/** The states of one attempt while it ran, from its start on. */
export const statesOf = (log: LogEvent[], attempt: number): TaskUpdate[] =>
  log
    .filter((event) => event.event === 'message')
    .map(({ data }) => data)
    .filter((data) => data.status === 'running' && data.attempt === attempt);

export const linesOf = (log: LogEvent[]): string[] =>
  log.filter((event) => event.event === 'log').map(({ data }) => data.message);

/** What the browser keeps of a task beside its row and log. */
export const keptOf = (page: Page, scope: string, task_id: string) =>
  page.evaluate(
    async ([task_id, { database, folder }]) => {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(database);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const keys = (store: string) =>
        new Promise<IDBValidKey[]>((resolve, reject) => {
          const request = db.transaction(store).objectStore(store).getAllKeys();
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const [checkpoints, files] = await Promise.all([keys('checkpoints'), keys('files')]);
      db.close();
      const root = await navigator.storage.getDirectory();
      const entries: string[] = [];
      try {
        for await (const name of (await root.getDirectoryHandle(folder)).keys()) entries.push(name);
      } catch (error) {
        if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
      }
      return {
        checkpoint: checkpoints.includes(task_id),
        rows: files.filter((key) => Array.isArray(key) && key[0] === `task:${task_id}`).length,
        folder: entries.includes(task_id),
      };
    },
    [task_id, { database: namesFor(scope).database, folder: namesFor(scope).folder }] as const,
  );

/** How many tasks run at once, over all tabs. */
export const limitOf = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(1, navigator.hardwareConcurrency - 1));
