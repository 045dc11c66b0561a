/** The list of tasks: found, chosen, changed in bulk, undone; all of it in the address, with the keyboard, and quick with ten thousand. */
import type { Page } from '@playwright/test';
import { expect, list, open, reached, submit, test } from './app.ts';

const rows = (page: Page) => page.getByRole('list', { name: 'Tasks, newest first' }).getByRole('listitem');
const count = async (page: Page) => (await list(page)).tasks.length;

/** So many tasks that wait for a day that does not come. */
const later = (page: Page, many: number, tags: string[] = []) =>
  page.evaluate(
    async ([many, tags]) => {
      for (let made = 0; made < many; made += 1_000) {
        const draft = { type: 'countdown', run_at: '2999-01-01T00:00:00.000Z', tags };
        await holdfast.submitAll(Array.from({ length: Math.min(1_000, many - made) }, () => draft));
      }
    },
    [many, tags] as const,
  );

/** The buttons for what is selected come when it is: until then the first of a name is a row's own. */
async function selectAll(page: Page, many: number) {
  await page.getByRole('checkbox', { name: 'Select all that fit' }).check();
  await expect(page.getByText(`${many} selected`)).toBeVisible();
}

const search = (page: Page) => page.getByRole('searchbox', { name: 'Search' });

test('an empty list says what it is for, and leads on', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks`);
  await expect(page.getByText('No tasks yet')).toBeVisible();
  await page.getByRole('link', { name: 'Start something' }).click();
  await expect(page.getByRole('heading', { name: 'What shall be done?' })).toBeVisible();
});

test('a task that waits says for what', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks`);
  const busy = await submit(page, 'countdown', { steps: 100_000, step_ms: 100 });
  await later(page, 1);
  await page.evaluate((task_id) => holdfast.submit({ type: 'countdown', depends_on: [task_id] }), busy.task_id);
  await page.evaluate(async () => {
    await holdfast.configure({ running_limit: 1 });
    await holdfast.submit({ type: 'countdown' });
  });
  await expect(rows(page)).toHaveCount(4);
  await expect(rows(page).nth(0)).toContainText('waits for a free slot');
  await expect(rows(page).nth(1)).toContainText('waits for another task');
  await expect(rows(page).nth(2)).toContainText(/waits until .*2999/);
  await expect(rows(page).nth(3)).toContainText(/\d of 100,000 steps/);
});

test('a task that another tab runs says so, there and nowhere else', async ({ page, context, site }) => {
  await open(page, `${site.url}#/tasks`);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 100 });
  await reached(page, task_id, 'running');
  const other = await open(await context.newPage(), `${site.url}#/tasks`);
  await expect(rows(other)).toContainText('another tab runs it');
  await expect(rows(page)).toContainText(/\d of 100,000 steps/);
  await expect(rows(page)).not.toContainText('another tab runs it');
});

test('two windows show the same, whatever is done in either', async ({ page, context, site }) => {
  await open(page, `${site.url}#/tasks`);
  const other = await open(await context.newPage(), `${site.url}#/tasks`);
  await later(page, 2);
  for (const each of [page, other]) await expect(rows(each)).toHaveCount(2);
  await rows(other).first().getByRole('button', { name: 'Cancel' }).click();
  for (const each of [page, other]) await expect(rows(each).first()).toContainText('canceled');
  await rows(page).first().getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  for (const each of [page, other]) await expect(rows(each)).toHaveCount(1);
  await submit(other, 'countdown', { steps: 100_000, step_ms: 100 });
  for (const each of [page, other]) {
    await expect(rows(each).first()).toContainText(/[1-9]\d* of 100,000 steps/);
    await expect(each.getByRole('link', { name: 'All 2' })).toBeVisible();
  }
  await rows(page).first().getByRole('button', { name: 'Pause' }).click();
  for (const each of [page, other]) await expect(rows(each).first()).toContainText('paused by you');
});

test('a filter is in the address, and holds over a reload and the way back', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks`);
  await later(page, 3, ['harbour']);
  const { task_id } = await submit(page, 'spin', { ms: 1 });
  await reached(page, task_id, 'completed');
  await expect(rows(page)).toHaveCount(4);

  await page.getByRole('link', { name: /^waiting 3/ }).click();
  await expect(rows(page)).toHaveCount(3);
  expect(new URL(page.url()).hash).toBe('#/tasks?status=pending');
  await page.reload();
  await expect(rows(page)).toHaveCount(3);
  await page.goBack();
  await expect(rows(page)).toHaveCount(4);

  await page.getByLabel('Tag').selectOption('harbour');
  await expect(rows(page)).toHaveCount(3);
  await page.getByLabel('Tag').selectOption('');
  await page.getByLabel('Job').selectOption('Spin');
  await expect(rows(page)).toHaveCount(1);
  await page.getByLabel('Job').selectOption('');
  await search(page).fill('"ms":1');
  await expect(rows(page)).toHaveCount(1);
  await expect(page).toHaveURL(/q=/);
  await page.reload();
  await expect(search(page)).toHaveValue('"ms":1');
  await expect(rows(page)).toHaveCount(1);
  await search(page).fill('nowhere');
  await expect(page.getByText('No task fits this filter')).toBeVisible();
  await page.getByRole('link', { name: 'Clear the filter' }).click();
  await expect(rows(page)).toHaveCount(4);
});

test('a task that ends leaves a list that it no longer fits', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks?status=running`);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 100 });
  await expect(rows(page)).toHaveCount(1);
  await page.evaluate((task_id) => holdfast.cancel(task_id), task_id);
  await expect(rows(page)).toHaveCount(0);
  await expect(page.getByText('No task fits this filter')).toBeVisible();
});

test('what is removed in bulk is gone at once, comes back when it is undone, and is gone for good when it is not', async ({
  page,
  site,
}) => {
  await open(page, `${site.url}#/tasks`);
  await later(page, 3);
  await selectAll(page, 3);
  await page.getByRole('button', { name: 'Cancel', exact: true }).first().click();
  await expect(page.getByText('3 tasks canceled.')).toBeVisible();
  await expect(page.getByRole('link', { name: /^canceled 3/ })).toBeVisible();

  await page.getByRole('button', { name: 'Start again' }).click();
  await expect(page.getByRole('link', { name: /^canceled 0/ })).toBeVisible();
  await expect.poll(async () => (await list(page)).counts.canceled).toBe(0);

  await page.evaluate(() => holdfast.cancelAll('all'));
  await expect(page.getByRole('link', { name: /^canceled 3/ })).toBeVisible();
  await selectAll(page, 3);
  await page.getByRole('button', { name: 'Remove', exact: true }).first().click();
  await expect(rows(page)).toHaveCount(0);
  expect(await count(page)).toBe(3);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(rows(page)).toHaveCount(3);

  await selectAll(page, 3);
  await page.getByRole('button', { name: 'Remove', exact: true }).first().click();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect.poll(() => count(page)).toBe(0);
});

test('a task that is started again before its removal is over comes back', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks`);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 100 });
  await page.evaluate((id) => holdfast.cancel(id), task_id);
  await selectAll(page, 1);
  await page.getByRole('button', { name: 'Remove', exact: true }).first().click();
  await expect(rows(page)).toHaveCount(0);
  await page.evaluate((id) => holdfast.retry(id), task_id);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(rows(page)).toHaveCount(1);
  expect(await count(page)).toBe(1);
});

test('a list that could not be had is listed again by itself, and followed', async ({ page, site, context }) => {
  await open(page, `${site.url}#/tasks`);
  const other = await context.newPage();
  await other.addInitScript(() => {
    const { fetch } = window;
    let failures = 2;
    window.fetch = (input, init) => {
      if (!String(input).includes('/tasks?') || failures === 0) return fetch(input, init);
      failures -= 1;
      const problem = { type: 'about:blank', title: 'Busy', status: 503, detail: 'Not now.' };
      const headers = { 'Content-Type': 'application/problem+json' };
      return Promise.resolve(new Response(JSON.stringify(problem), { status: 503, headers }));
    };
  });
  await other.goto(`${site.url}#/tasks`);
  await expect(other.getByText('Not now.')).toBeVisible();
  await expect(other.getByText('No tasks yet')).toBeVisible();
  await submit(page, 'countdown', { steps: 100_000, step_ms: 100 });
  await expect(rows(other)).toHaveCount(1);
});

test('what is removed in bulk is what the list says now, however late the page hears of each task', async ({
  page,
  site,
}) => {
  await open(page, `${site.url}#/tasks`);
  await later(page, 3);
  await expect(rows(page)).toHaveCount(3);
  await page.evaluate(() => {
    holdfast.get = () => new Promise(() => {});
  });
  await page.evaluate(() => holdfast.cancelAll('all'));
  await selectAll(page, 3);
  await page.getByRole('button', { name: 'Remove', exact: true }).first().click();
  await expect(rows(page)).toHaveCount(0);
});

test('a row that still fits stays, with the focus, while the narrower list is on its way', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks`);
  await later(page, 1, ['kept']);
  await later(page, 2);
  await expect(rows(page)).toHaveCount(3);
  const kept = rows(page).nth(2).getByRole('link');
  await kept.focus();
  await page.evaluate(() => {
    holdfast.list = () => new Promise(() => {});
    location.hash = '#/tasks?tag=kept';
  });
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).nth(0).getByRole('link')).toBeFocused();
});

/** Types what no task has, and follows a link in the same turn: the search is due, or soon will be. */
const typeAndFollow = (page: Page, link: string, held_ms: number) =>
  search(page).evaluate(
    (input: HTMLInputElement, [link, held_ms]) => {
      input.value = 'no such words';
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      const began = performance.now();
      while (performance.now() - began < held_ms);
      document.querySelector<HTMLAnchorElement>(link)?.click();
    },
    [link, held_ms] as const,
  );

test('what was typed last does not call back who has gone on meanwhile', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks`);
  await later(page, 1);
  await expect(rows(page)).toHaveCount(1);
  await typeAndFollow(page, '.task-row .title a', 300);
  await expect(page.getByRole('article')).toBeVisible();
});

test('what was typed last is searched for although another filter was chosen meanwhile', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks`);
  await later(page, 1);
  await expect(rows(page)).toHaveCount(1);
  await typeAndFollow(page, 'a[data-status="pending"]', 0);
  await expect(rows(page)).toHaveCount(0);
  await expect(page).toHaveURL(/status=pending/);
  await expect(page).toHaveURL(/q=no/);
});

test('what has no result yet is not found by the word null', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks`);
  await later(page, 1);
  await expect(rows(page)).toHaveCount(1);
  await search(page).fill('null');
  await expect(rows(page)).toHaveCount(0);
});

test('all of it goes with the keyboard alone', async ({ page, site }) => {
  await open(page, site.url);
  await later(page, 3);
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(keys).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);

  await page.keyboard.press('t');
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(rows(page).nth(1).getByRole('link')).toBeFocused();
  await page.keyboard.press('x');
  await expect(page.getByText('1 selected')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText('1 selected')).toHaveCount(0);
  await page.keyboard.press('c');
  await expect(page.getByRole('link', { name: /^canceled 1/ })).toBeVisible();
  await page.keyboard.press('Delete');
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press('u');
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press('/');
  await expect(search(page)).toBeFocused();
  await page.keyboard.type('t');
  await expect(search(page)).toHaveValue('t');
  await search(page).fill('');
  await page.keyboard.press('Tab');
  await page.keyboard.press('k');
  await rows(page).nth(0).getByRole('link').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article')).toBeVisible();
});

test('single keys do nothing when they are switched off', async ({ page, site }) => {
  await open(page, site.url);
  await page.keyboard.press('?');
  await page.getByRole('checkbox', { name: 'Single keys do something' }).uncheck();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('t');
  await page.reload();
  await page.keyboard.press('t');
  await expect(page.getByRole('heading', { name: 'What shall be done?' })).toBeVisible();
});

test('ten thousand tasks are scrolled through, and only those on the screen are there', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks`);
  await later(page, 10_000);
  await page.reload();
  await expect(page.getByRole('link', { name: 'All 10,000' })).toBeVisible();
  const found = await page.evaluate(async () => {
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const places = () => document.querySelectorAll('.task-row').length;
    const frames: number[] = [];
    let [most, before] = [0, await frame()];
    let still = 0;
    // Down, two screens a frame, as far as it goes.
    while (still < 120) {
      const y = scrollY;
      scrollBy(0, 1_600);
      const now = await frame();
      frames.push(now - before);
      before = now;
      most = Math.max(most, places());
      still = scrollY === y ? still + 1 : 0;
    }
    const last = [...document.querySelectorAll('.task-row')].at(-1);
    frames.sort((a, b) => a - b);
    return {
      most,
      at: last?.getAttribute('aria-posinset'),
      of: last?.getAttribute('aria-setsize'),
      p95: frames[Math.floor(frames.length * 0.95)],
      frames: frames.length,
    };
  });
  console.log(`10,000 tasks: ${JSON.stringify(found)}`);
  expect(found).toMatchObject({ at: '10000', of: '10000' });
  expect(found.most).toBeLessThan(80);
});
