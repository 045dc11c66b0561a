import type { BrowserContext, Page } from '@playwright/test';
import { expect, expectWhole, logOf, open, reached, type Site, test } from './app.ts';
import { test as hostileTest } from './hostile/site.ts';

const TABS = 4;

async function openTabs(context: BrowserContext, site: Site): Promise<[Page, ...Page[]]> {
  const first = await open(await context.newPage(), site.url);
  const more = [];
  for (let i = 1; i < TABS; i += 1) more.push(await open(await context.newPage(), site.url));
  return [first, ...more];
}

/**
 * Submits tasks of these types from every tab at once, and resolves when all have ended: with how many of them ran at the most at one
 * time, in all and by type, and with the most that the backend told.
 */
async function runFromEveryTab(pages: [Page, ...Page[]], types: readonly string[]) {
  const [page] = pages;
  const cursor = await page.evaluate(async () => (await globalThis.holdfast.list()).cursor);
  const drafts = types.map((type) => ({ type, input: { steps: 10, step_ms: 10 } }));
  const submitted = await Promise.all(
    pages.map((from) => from.evaluate((drafts) => globalThis.holdfast.submitAll(drafts), drafts)),
  );
  const tasks = submitted.flat().map(({ task_id, type }) => [task_id, type] as const);
  const seen = await page.evaluate(
    async ([tasks, cursor]) => {
      const typeOf = new Map(tasks);
      const open = new Set(typeOf.keys());
      const running = new Set<string>();
      const most: Record<string, number> = {};
      let told = 0;
      const asking = (async () => {
        while (open.size > 0) told = Math.max(told, Number((await globalThis.holdfast.health()).running));
      })();
      const count = (type: string, now: number) => {
        most[type] = Math.max(most[type] ?? 0, now);
      };
      // The feed is in the order of the commits, so who is in the set at one time did run at one time.
      for await (const { event, data } of globalThis.holdfast.watchAll({ after: cursor })) {
        if (event === 'complete') open.delete(data.task_id);
        if (open.size === 0) break;
        if (event !== 'message') continue;
        if (data.status === 'running') running.add(data.task_id);
        else running.delete(data.task_id);
        count('all', running.size);
        const type = typeOf.get(data.task_id) ?? '';
        count(type, [...running].filter((task_id) => typeOf.get(task_id) === type).length);
      }
      await asking;
      return { most, told };
    },
    [tasks, cursor] as const,
  );
  for (const [task_id] of tasks) {
    const log = await logOf(page, task_id);
    expectWhole(log);
    expect(log.at(-1)?.data).toMatchObject({ status: 'completed' });
    // Once each: a second attempt would be in the log.
    expect(log.flatMap(({ data }) => ('attempt' in data && data.attempt > 1 ? [data] : []))).toEqual([]);
  }
  return seen;
}

const limitTo = (page: Page, running_limit: number) =>
  page.evaluate((running_limit) => globalThis.holdfast.configure({ running_limit }), running_limit);

const times = (count: number, type: string): string[] => Array.from({ length: count }, () => type);

test('a limit of three lets three tasks run at once over four tabs, and never a fourth', async ({ context, site }) => {
  const pages = await openTabs(context, site);
  expect((await limitTo(pages[0], 3)).running_limit).toBe(3);
  const { most, told } = await runFromEveryTab(pages, times(10, 'countdown'));
  expect(most).toEqual({ all: 3, countdown: 3 });
  expect(told).toBeLessThanOrEqual(3);
  expect(told).toBeGreaterThan(1);
});

hostileTest(
  'a limit of its own holds a type over all tabs, and leaves the rest of the places to others',
  async ({ context, hostileSite }) => {
    const pages = await openTabs(context, hostileSite);
    await limitTo(pages[0], 4);
    const { most } = await runFromEveryTab(pages, [...times(6, 'narrow'), ...times(6, 'countdown')]);
    expect(most).toMatchObject({ all: 4, narrow: 2 });
    expect(most.countdown).toBeGreaterThanOrEqual(2);
  },
);

test('a limit that is raised and lowered while tasks wait counts from then on', async ({ context, site }) => {
  const pages = await openTabs(context, site);
  const [page] = pages;
  const running = () => page.evaluate(async () => (await globalThis.holdfast.list({ status: ['running'] })).tasks);
  await limitTo(page, 1);
  await page.evaluate(() =>
    globalThis.holdfast.submitAll(
      Array.from({ length: 6 }, () => ({ type: 'countdown', input: { steps: 1_000, step_ms: 50 } })),
    ),
  );
  await expect.poll(async () => (await running()).length).toBe(1);
  await limitTo(page, 3);
  await expect.poll(async () => (await running()).length).toBe(3);
  await limitTo(page, 2);
  // Nobody is stopped for it, but whose place is free is not given to another.
  const [first] = await running();
  await page.evaluate((task_id) => globalThis.holdfast.cancel(task_id), first?.task_id ?? '');
  const [second] = await running();
  // A quarter of a second later nobody has taken it.
  await reached(page, second?.task_id ?? '', 'running', 1, (second?.done ?? 0) + 5);
  expect(await running()).toHaveLength(2);
  await page.evaluate((task_id) => globalThis.holdfast.cancel(task_id), second?.task_id ?? '');
  await expect.poll(async () => (await running()).length).toBe(2);
  await page.evaluate(() => globalThis.holdfast.cancelAll('all'));
});
