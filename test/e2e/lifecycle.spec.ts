import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import { namesFor } from '../../src/core/names.ts';
import { test as base, expect, finished, open, reached, submit, watchFaults } from './app.ts';
import { bareBrowser, type Tab } from './bare-browser.ts';
import { expectAdopted, expectCompleted, plainBrowser, twoTabs } from './two-tabs.ts';

const test = base.extend<{ bare: Awaited<ReturnType<typeof bareBrowser>> }>({
  bare: async ({ profile, launchOptions }, use) => {
    const browser = await bareBrowser(profile, launchOptions);
    await use(browser);
    await browser.close();
  },
});

test('a task goes on in another tab when its own goes into the back/forward cache, and comes back with it', async ({
  profile,
  launchOptions,
  site,
}) => {
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  const faults = watchFaults(context);
  const elsewhere = await serve({ root: fileURLToPath(new URL('../../public', import.meta.url)) });
  const away = `${elsewhere.url}icon.svg`;
  const { owner, other, task_id } = await twoTabs(context, site);
  await owner.evaluate(() => {
    globalThis.addEventListener('pageshow', ({ persisted }) => Object.assign(globalThis, { persisted }));
  });

  await expectAdopted(other, site, task_id, async () => {
    // `page.goto` would look into the page once more, which throws it out of the cache.
    await owner.evaluate((away) => {
      location.href = away;
    }, away);
    await owner.waitForURL(away);
  });
  await owner.evaluate(() => history.back());
  await owner.waitForFunction(() => Reflect.get(globalThis, 'persisted') === true);
  await other.close();
  await reached(owner, task_id, 'running', 3);
  await expectCompleted(owner, task_id, 3);
  await context.close();
  await elsewhere.close();
  expect(faults).toEqual([]);
});

/** Clicks what says these words (in the table's row that says those), also in shadow trees; false where there is none. */
const click = (tab: Tab, words: string, row = ''): Promise<boolean> =>
  tab.evaluate(
    ([words, row]) => {
      const all = (root: ParentNode): Element[] =>
        [...root.querySelectorAll('*')].flatMap((each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
      const says = (each: Element, what: string) => each.textContent?.includes(what);
      const within = row ? all(document).find((each) => each.localName === 'tr' && says(each, row)) : document;
      const found = within && all(within).find((each) => each.childElementCount === 0 && says(each, words));
      // Clicked after the answer: it may load the page anew.
      if (found instanceof HTMLElement) setTimeout(() => found.click());
      return found !== undefined;
    },
    [words, row] as const,
  );

test('a task goes on in another tab when its own is discarded', { tag: '@alone' }, async ({ bare: browser, site }) => {
  const openTab = async () => {
    const tab = await browser.tab(site.url);
    await expect.poll(() => tab.evaluate(() => 'holdfast' in globalThis, null)).toBe(true);
    return tab;
  };
  const settings = await browser.tab('chrome://chrome-urls');
  await expect.poll(() => click(settings, 'Enable internal debugging pages')).toBe(true);

  const owner = await openTab();
  const draft = { type: 'countdown', input: { steps: 10_000, step_ms: 50 } };
  const { task_id } = await owner.evaluate((draft) => globalThis.holdfast.submit(draft), draft);
  // Its title tells what it shows: so the list of all tabs has one row with the task's name.
  await owner.evaluate((task_id) => location.assign(`#/tasks/${task_id}`), task_id);
  await expect.poll(() => owner.evaluate(() => document.title, null)).toContain('Countdown');
  const status = async () => (await owner.evaluate((task_id) => globalThis.holdfast.get(task_id), task_id)).status;
  await expect.poll(status).toBe('running');
  const other = await openTab();
  await other.evaluate(
    ([channel, task_id]) => {
      new BroadcastChannel(channel).onmessage = ({ data }) => {
        const found = data.tasks?.find((task: { task_id: string }) => task.task_id === task_id);
        if (found?.status !== 'running' || found.attempt !== 2 || 'adopted' in globalThis) return;
        Object.assign(globalThis, { adopted: Date.now() });
      };
    },
    [namesFor(site.url).channel, task_id] as const,
  );
  const executors = async () => (await other.evaluate(() => globalThis.holdfast.health(), null)).executors;
  await expect.poll(executors).toBe(2);

  const discards = await browser.tab('chrome://discards');
  let lost = 0;
  await expect
    .poll(() => {
      lost = Date.now();
      return click(discards, '[Urgent Discard]', 'Countdown');
    })
    .toBe(true);
  const adopted = () => other.evaluate(() => Number(Reflect.get(globalThis, 'adopted') ?? 0), null);
  await expect.poll(adopted).toBeGreaterThan(0);
  expect((await adopted()) - lost).toBeLessThan(1_000);
  const task = await other.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task_id);
  expect(task).toMatchObject({ status: 'canceled', attempt: 2 });
});

test('a page that is loaded again and again crashes no task, however little it has done', async ({ page, site }) => {
  await open(page, site.url);
  // It is at its first step for an hour, so there is no checkpoint.
  const { task_id } = await submit(page, 'countdown', { steps: 2, step_ms: 3_600_000 });
  for (const attempt of [1, 2, 3, 4]) {
    await reached(page, task_id, 'running', attempt);
    await page.reload();
    await page.waitForFunction(() => 'holdfast' in globalThis);
  }
  await reached(page, task_id, 'running', 5);
  const task = await page.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task_id);
  expect(task).toMatchObject({ status: 'canceled', attempt: 5, failures: 0 });
});

test('a task runs on in a hidden tab whose own timers are slowed to one a second', async ({
  profile,
  launchOptions,
  site,
}) => {
  const { context, close } = await plainBrowser(profile, launchOptions);
  const faults = watchFaults(context);
  const page = await open(await context.newPage(), site.url);
  const front = await context.newPage();
  await front.bringToFront();
  await page.waitForFunction(() => document.visibilityState === 'hidden');
  const ticks = await page.evaluateHandle(() => {
    const ticks: number[] = [];
    const tick = () => {
      ticks.push(performance.now());
      setTimeout(tick, 10);
    };
    tick();
    return ticks;
  });
  const { task_id } = await submit(page, 'countdown', { steps: 150, step_ms: 20 });
  const { status, attempt, created_at, finished_at } = await finished(page, task_id);
  expect({ status, attempt }).toEqual({ status: 'completed', attempt: 1 });
  // One step a second would be 150 s.
  const seconds = (Date.parse(finished_at ?? '') - Date.parse(created_at)) / 1_000;
  expect(seconds).toBeLessThan(30);
  expect(await ticks.evaluate(({ length }) => length)).toBeLessThan(seconds + 5);
  await close();
  expect(faults).toEqual([]);
});
