import type { Page } from '@playwright/test';
import { stopServiceWorker } from '../../scripts/stop-service-worker.mjs';
import { namesFor } from '../../src/core/names.ts';
import {
  expect,
  expectWhole,
  get,
  limitOf,
  linesOf,
  list,
  logOf,
  open,
  reached,
  submit,
  test,
  watchFaults,
} from './app.ts';
import { crash, expectAdopted, expectCompleted, plainBrowser, STEPS, twoTabs, twoTabsBusy } from './two-tabs.ts';

test('a task goes on in another tab when its own is closed', async ({ context, site }) => {
  const { owner, other, task_id } = await twoTabs(context, site);
  await expectAdopted(other, site, task_id, () => owner.close());
  await expectCompleted(other, task_id, 2);
});

test('a task goes on in another tab when its own crashes', async ({ context, site }) => {
  const { owner, other, task_id } = await twoTabs(context, site);
  await expectAdopted(other, site, task_id, () => crash(owner));
  await expectCompleted(other, task_id, 2);
});

test('a task goes on in another tab when its own crashes and the service worker dies as well', async ({
  context,
  site,
}) => {
  const { owner, other, task_id } = await twoTabs(context, site);
  await expectAdopted(other, site, task_id, () => Promise.all([crash(owner), stopServiceWorker(other)]));
  await expectCompleted(other, task_id, 2);
});

for (const [how, lose] of [
  ['is closed', (owner: Page) => owner.close()],
  ['crashes', crash],
  ['loses its executor', endExecutor],
] as const) {
  test(`another tab has the task within a second when its own ${how} in the middle of a synchronous call`, {
    tag: '@alone',
  }, async ({ context, site }) => {
    const { owner, other, task_id } = await twoTabsBusy(context, site);
    await expectAdopted(other, site, task_id, () => lose(owner));
    const task = await other.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task_id);
    expect(task).toMatchObject({ status: 'canceled', attempt: 2 });
  });
}

test('a task goes on in another tab when its own is frozen, and comes back when that one is gone', async ({
  site,
  profile,
  launchOptions,
}) => {
  const { context, close } = await plainBrowser(profile, launchOptions);
  const faults = watchFaults(context);
  const { owner, other, task_id } = await twoTabs(context, site);
  const session = await context.newCDPSession(owner);
  await expectAdopted(other, site, task_id, () => session.send('Page.setWebLifecycleState', { state: 'frozen' }));
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await other.close();
  await reached(owner, task_id, 'running', 3);
  await expectCompleted(owner, task_id, 3);
  await close();
  expect(faults).toEqual([]);
});

test('a tab that was frozen has at once what it missed of a stream', async ({ site, profile, launchOptions }) => {
  const { context, close } = await plainBrowser(profile, launchOptions);
  const { owner: runs, other: reads, task_id } = await twoTabs(context, site);
  await reads.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    (async () => {
      for await (const event of globalThis.holdfast.watchAll()) seen.push(event.id);
    })();
  });
  const newest = () => reads.evaluate(() => Reflect.get(globalThis, 'seen').at(-1) ?? '0-0') as Promise<string>;
  const numberOf = (id: string) => Number(id.split('-').at(-1));
  await expect.poll(async () => numberOf(await newest())).toBeGreaterThan(3);
  const session = await context.newCDPSession(reads);
  for (let turn = 1; turn <= 3; turn += 1) {
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    const { last_event_id } = await get(runs, task_id);
    await expect
      .poll(async () => Number((await get(runs, task_id)).last_event_id))
      .toBeGreaterThan(Number(last_event_id) + 3);
    const { cursor } = await list(runs);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await expect
      .poll(async () => numberOf(await newest()), { timeout: 10_000 })
      .toBeGreaterThanOrEqual(numberOf(cursor));
  }
  await close();
});

test('ten tabs run fifty tasks, each once, and never more at a time than the limit', async ({ context, site }) => {
  const pages = [];
  for (let i = 0; i < 10; i += 1) pages.push(await open(await context.newPage(), site.url));
  const [page] = pages;
  if (!page) throw new Error('no page');
  const limit = await limitOf(page);

  const { ids, states } = await page.evaluate(async () => {
    const { cursor } = await globalThis.holdfast.list();
    const drafts = Array.from({ length: 50 }, () => ({ type: 'countdown', input: { steps: 5, step_ms: 5 } }));
    const tasks = await globalThis.holdfast.submitAll(drafts);
    const open = new Set(tasks.map(({ task_id }) => task_id));
    const states = [];
    for await (const event of globalThis.holdfast.watchAll({ after: cursor })) {
      if (event.event === 'message') states.push(event.data);
      if (event.event === 'complete') open.delete(event.data.task_id);
      if (open.size === 0) break;
    }
    return { ids: tasks.map(({ task_id }) => task_id), states };
  });

  const running = new Set<string>();
  const starts: string[] = [];
  let most = 0;
  for (const { task_id, status } of states) {
    if (status === 'running' && !running.has(task_id)) starts.push(task_id);
    if (status === 'running') running.add(task_id);
    else running.delete(task_id);
    most = Math.max(most, running.size);
  }
  expect(most).toBeLessThanOrEqual(limit);
  expect(starts.toSorted()).toEqual(ids.toSorted());
  expect(states.every(({ attempt }) => attempt <= 1)).toBe(true);
  for (const task_id of ids) {
    const log = await logOf(page, task_id);
    expectWhole(log);
    expect(log.at(-1)?.data).toMatchObject({ status: 'completed', result: { steps: 5 } });
  }
});

test('an owner whose lease was stolen is fenced: its late write changes nothing, and the log shows it', async ({
  context,
  site,
}) => {
  const { owner, other, task_id } = await twoTabs(context, site);
  const lease = namesFor(site.url).taskLock(task_id, 1);
  const adopted = reached(other, task_id, 'running', 2);
  await owner.evaluate((name) => navigator.locks.request(name, { steal: true }, () => {}), lease);
  await adopted;
  await expectCompleted(other, task_id, 2);
  const log = await logOf(other, task_id);
  const states = log.flatMap((event) => (event.event === 'message' ? [event.data] : []));
  const second = states.findIndex(({ attempt }) => attempt === 2);
  expect(states.slice(second).every(({ attempt }) => attempt === 2)).toBe(true);
  expect(linesOf(log).filter((line) => line.startsWith('Attempt 1 still ran'))).toHaveLength(1);
});

test('a job that computes without a break holds up nobody: other tabs are answered meanwhile', {
  tag: '@alone',
}, async ({ context, site }) => {
  const owner = await open(await context.newPage(), site.url);
  const { task_id } = await submit(owner, 'spin', { ms: 60_000 });
  await reached(owner, task_id, 'running');
  const other = await open(await context.newPage(), site.url);
  for (let i = 0; i < 50; i += 1) await submit(other, 'countdown', { steps: 1, step_ms: 0 });
  expect(await get(other, task_id)).toMatchObject({ status: 'running', attempt: 1 });
});

test('an executor that dies without a word is replaced, and its task goes on', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: STEPS, step_ms: 50 });
  await reached(page, task_id, 'running', 1, 3);
  const adopted = reached(page, task_id, 'running', 2);
  await endExecutor(page);
  await adopted;
  await expectCompleted(page, task_id, 2);
});

test('an executor that dies at its first word is replaced', async ({ page, site }) => {
  await page.addInitScript(() => {
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        globalThis.Worker = Worker;
        this.addEventListener('message', () => this.terminate(), { once: true });
      }
    };
  });
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: STEPS, step_ms: 0 });
  await expectCompleted(page, task_id, 1);
});

/** As when it runs out of memory: no event tells its page. */
async function endExecutor(page: Page): Promise<void> {
  const [executor] = page.workers();
  if (!executor) throw new Error('no worker');
  const died = executor.waitForEvent('close');
  await executor.evaluate(() => globalThis.close());
  await died;
}

test('a page asks its service worker for a sign of life before Firefox, which counts to 30 s, would stop it', async ({
  context,
  site,
}) => {
  const page = await context.newPage();
  await page.clock.install();
  await open(page, site.url);
  const pings: string[] = [];
  page.on('request', (request) => request.url().endsWith('/tasks/health') && pings.push(request.url()));
  for (let minute = 0; minute < 2; minute += 1) {
    const before = pings.length;
    await page.clock.runFor(29_000);
    await expect.poll(() => pings.length).toBeGreaterThan(before);
  }
});
