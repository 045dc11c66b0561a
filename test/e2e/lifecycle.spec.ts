import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import { expect, finished, open, reached, submit, test, watchFaults } from './app.ts';
import { expectAdopted, expectCompleted, plainBrowser, twoTabs } from './two-tabs.ts';

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
