/** What the tests of several tabs share: a browser that treats its pages as it treats people's, and a task that changes hands. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type BrowserContext, chromium, type LaunchOptions, type Page } from '@playwright/test';
import { namesFor } from '../../src/core/names.ts';
import type { Hint } from '../../src/core/protocol.ts';
import { expect, expectWhole, finished, get, logOf, open, reached, type Site, statesOf, submit } from './app.ts';

export const STEPS = 100;

/** Playwright keeps its pages awake: it tells each that it has the focus; such a page is never frozen, nor are its timers slowed. */
export async function plainBrowser(
  profile: string,
  { executablePath = chromium.executablePath(), args = [], chromiumSandbox }: LaunchOptions,
) {
  const own = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(executablePath, [...args, ...(chromiumSandbox ? [] : ['--no-sandbox']), ...own], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The browser ended with ${code}.`)));
    let text = '';
    child.stderr.on('data', (data) => {
      text += data;
      const listening = /DevTools listening on (\S+)/.exec(text)?.[1];
      if (listening) resolve(listening);
    });
  });
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const [context] = browser.contexts();
  if (!context) throw new Error('The browser has no context.');
  const close = async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  return { context, close };
}

/** Two tabs, and a task that the first one runs. */
export async function twoTabs(context: BrowserContext, site: Site) {
  const owner = await open(await context.newPage(), site.url);
  const { task_id } = await submit(owner, 'countdown', { steps: STEPS, step_ms: 50 });
  await reached(owner, task_id, 'running', 1, 3);
  const other = await openSecond(context, site);
  return { owner, other, task_id };
}

/** Two tabs, and a task that keeps a thread of the first one busy without a break. */
export async function twoTabsBusy(context: BrowserContext, site: Site) {
  const owner = await open(await context.newPage(), site.url);
  const { task_id } = await submit(owner, 'spin', { ms: 3_600_000 });
  // The loop begins after the job's only progress.
  await expect.poll(async () => (await get(owner, task_id)).message).toBe('busy for 3600 s');
  const other = await openSecond(context, site);
  return { owner, other, task_id };
}

async function openSecond(context: BrowserContext, site: Site): Promise<Page> {
  const page = await open(await context.newPage(), site.url);
  await page.waitForFunction(async () => Number((await globalThis.holdfast.health()).executors) === 2);
  return page;
}

/**
 * Resolves with `Date.now()` of when another tab had claimed this attempt. Heard from the executors themselves: a stream shows it
 * later when the service worker has to start again first.
 */
async function claimed(page: Page, site: Site, task_id: string, attempt: number): Promise<{ at: Promise<number> }> {
  const heard = await page.evaluateHandle(
    ([channel, task_id, attempt]) => {
      const at = new Promise<number>((resolve) => {
        new BroadcastChannel(channel).onmessage = ({ data }: MessageEvent<Hint>) => {
          if (data.kind !== 'committed') return;
          const found = data.tasks.find((task) => task.task_id === task_id);
          if (found?.status === 'running' && found.attempt >= attempt) resolve(Date.now());
        };
      });
      return { at };
    },
    [namesFor(site.url).channel, task_id, attempt] as const,
  );
  return { at: heard.evaluate(({ at }) => at) };
}

/** The other tab has the task within a second of `lose`, or of the death that it tells the time of. */
export async function expectAdopted(other: Page, site: Site, task_id: string, lose: () => Promise<unknown>) {
  const { at } = await claimed(other, site, task_id, 2);
  const asked = Date.now();
  const died = await lose();
  expect((await at) - (typeof died === 'number' ? died : asked)).toBeLessThan(1_000);
  await reached(other, task_id, 'running', 2);
}

/** Resolves once the page has crashed, with `Date.now()` of that: on a busy machine the order alone takes half a second. */
export async function crash(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // The answer never comes: who would send it is dead.
  session.send('Page.crash').catch(() => {});
  await crashed;
  return Date.now();
}

export async function expectCompleted(page: Page, task_id: string, attempt: number) {
  const task = await finished(page, task_id);
  expect(task).toMatchObject({ status: 'completed', attempt, failures: 0, result: { steps: STEPS } });
  const log = await logOf(page, task_id);
  expectWhole(log);
  for (let each = 1; each <= attempt; each += 1) {
    const steps = statesOf(log, each).map(({ done }) => done);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  }
}
