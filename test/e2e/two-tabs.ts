/** What the tests of several tabs share: a browser that treats its pages as it treats people's, and a task that changes hands. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type BrowserContext, chromium, type LaunchOptions, type Page } from '@playwright/test';
import { expect, expectWhole, finished, logOf, open, reached, type Site, statesOf, submit } from './app.ts';

const STEPS = 60;

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
  const other = await open(await context.newPage(), site.url);
  return { owner, other, task_id };
}

/** The other tab has the task within a second of `lose`, and completes it. */
export async function expectAdopted(other: Page, task_id: string, lose: () => Promise<unknown>) {
  const adopted = reached(other, task_id, 'running', 2);
  const lost = Date.now();
  await lose();
  expect((await adopted) - lost).toBeLessThan(1_000);
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
