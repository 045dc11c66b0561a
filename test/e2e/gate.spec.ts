/** What only a browser knows of a job: OPFS, two tabs, a tab that is closed, memory. The rest of the gate is in test/unit/gate. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { chromium, type Page } from '@playwright/test';
import { peakMemory } from '../../scripts/memory.mjs';
import { namesFor } from '../../src/core/names.ts';
import { specs } from '../../workers/jobs/specs.ts';
import { type Gate, gateOf, type Work } from '../gate/gate.ts';
import { expect, finished, get, keptOf, MiB, open, reached, submit, test, watchFaults } from './app.ts';

const WORKER_BYTES = 256 * MiB;
const BIG = Boolean(process.env.HOLDFAST_BIG);
const gates = await Promise.all(specs.map(async ({ type }) => ({ type, gate: await gateOf(type) })));

/** The jobs that take files: the others have nothing to keep. */
const big = gates.flatMap(({ type, gate }) => (gate.big ? [{ type, big: gate.big }] : []));
type Big = NonNullable<Gate['big']>;

/** Adds a work's files as a person would who picks them; gives the task's input. */
async function added(page: Page, folder: string, { files, input }: Work): Promise<unknown> {
  const paths: string[] = [];
  for (const [index, { parts }] of files.entries()) {
    const path = join(folder, `input ${index}`);
    await pipeline(Readable.from(parts()), createWriteStream(path));
    paths.push(path);
  }
  const picker = await page.evaluateHandle(() =>
    Object.assign(document.createElement('input'), { type: 'file', multiple: true }),
  );
  await picker.setInputFiles(paths);
  const refs = await picker.evaluate(
    async (element, names) => {
      const given = [...(element.files ?? [])].map((file, i) => globalThis.holdfast.addFile(file, names[i]));
      return (await Promise.all(given)).map(({ file_id }) => ({ file_id }));
    },
    files.map(({ name }) => name),
  );
  return input(refs);
}

/** What a task left: its result, and the digests of its files. */
async function leftBy(page: Page, task_id: string) {
  const { status, error, result, files } = await get(page, task_id);
  expect({ status, error }).toEqual({ status: 'completed', error: null });
  const digests = await page.evaluate(
    async ([task_id, names]) => {
      const found: [string, string][] = [];
      for (const name of names) {
        const url = new URL(`tasks/${task_id}/files/${encodeURIComponent(name)}`, globalThis.holdfast.base);
        const digest = await crypto.subtle.digest('SHA-256', await (await fetch(url)).arrayBuffer());
        found.push([name, new Uint8Array(digest).join()]);
      }
      return found;
    },
    [task_id, files.map(({ name }) => name)] as const,
  );
  return { result, files, digests };
}

/** Every entry that the app has in OPFS, with its folders. */
const entriesIn = (page: Page, folder: string) =>
  page.evaluate(async (folder) => {
    const found: string[] = [];
    async function walk(directory: FileSystemDirectoryHandle, path: string) {
      for await (const [name, handle] of directory.entries()) {
        found.push(`${path}${name}`);
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle, `${path}${name}/`);
      }
    }
    const root = await navigator.storage.getDirectory();
    await walk(await root.getDirectoryHandle(folder, { create: true }), '');
    return found;
  }, folder);

const allow = (page: Page, running_limit: number) =>
  page.evaluate(async (running_limit) => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ running_limit });
    await fetch(new URL('tasks/settings', globalThis.holdfast.base), { method: 'PATCH', headers, body });
  }, running_limit);

/** They take longer than the others over each MiB, so many times. */
const SLOWER: Record<string, number> = { archive: 4, extract: 4, table: 4, documents: 8 };
const scaled = (type: string, bytes: number) => bytes / (SLOWER[type] ?? 1);

/** The bytes grow until the job is still at them when the cancel is there, however quick the machine. */
async function canceledWhileItRuns(page: Page, profile: string, type: string, make: Big, bytes = 32 * MiB) {
  const { task_id } = await submit(page, type, await added(page, profile, make(bytes)));
  await reached(page, task_id, 'running', 1, 1);
  const ended = await page.evaluate(
    (task_id) => globalThis.holdfast.cancel(task_id).catch(() => globalThis.holdfast.get(task_id)),
    task_id,
  );
  if (ended.status !== 'completed' || bytes >= 2048 * MiB) return ended;
  return canceledWhileItRuns(page, profile, type, make, 4 * bytes);
}

for (const { type, big: make } of big) {
  test(`${type}: in two tabs at once, one of which is closed, as if alone`, async ({ context, site, profile }) => {
    const one = await open(await context.newPage(), site.url);
    const two = await open(await context.newPage(), site.url);
    await allow(one, 2);
    const input = await added(two, profile, make(scaled(type, 32 * MiB)));
    const tasks = await Promise.all([submit(one, type, input), submit(two, type, input)]);
    await reached(two, tasks[0]?.task_id ?? '', 'running', 1, 1);
    await one.close();
    for (const { task_id } of tasks) await finished(two, task_id);
    const alone = await submit(two, type, input);
    await finished(two, alone.task_id);
    const whole = await leftBy(two, alone.task_id);
    for (const { task_id } of tasks) expect(await leftBy(two, task_id)).toEqual(whole);
  });

  test(`${type}: canceled while it runs, nothing is left`, async ({ page, site, profile }) => {
    await open(page, site.url);
    const { folder } = namesFor(site.url);
    const { task_id, ...task } = await canceledWhileItRuns(page, profile, type, make);
    expect(task).toMatchObject({ status: 'canceled', files: [] });
    expect(await keptOf(page, site.url, task_id)).toEqual({ checkpoint: false, rows: 0, folder: false });
    expect((await entriesIn(page, folder)).filter((entry) => entry.includes(task_id))).toEqual([]);
  });

  const bytes = BIG ? 10 * WORKER_BYTES : scaled(type, 64 * MiB);
  memoryTest(`${type}: ${bytes / MiB} MiB`, type, () => make(bytes));
}

for (const { type, gate } of gates)
  for (const [what, work] of Object.entries(gate.heavy ?? {})) memoryTest(`${type}: ${what}`, type, () => work);

function memoryTest(title: string, type: string, make: () => Work) {
  test(`${title} go through in bounded memory`, async ({ site, profile, launchOptions }) => {
    test.skip(process.platform !== 'linux', 'only Linux tells how much memory there was');
    if (BIG) test.setTimeout(30 * 60_000);
    const context = await chromium.launchPersistentContext(join(profile, 'browser'), launchOptions);
    const faults = watchFaults(context);
    const page = await open(await context.newPage(), site.url);
    const input = await added(page, profile, make());
    peakMemory(profile);
    const idle = peakMemory(profile) ?? 0;
    const { task_id } = await submit(page, type, input);
    const { status, error } = await finished(page, task_id);
    expect({ status, error }).toEqual({ status: 'completed', error: null });
    const more = ((peakMemory(profile) ?? Number.POSITIVE_INFINITY) - idle) * MiB;
    test.info().annotations.push({ type: 'memory', description: `${Math.round(more / MiB)} MiB` });
    expect(more).toBeLessThan(WORKER_BYTES);
    await context.close();
    expect(faults).toEqual([]);
  });
}
