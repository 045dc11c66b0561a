/** Every view, in both themes and both languages, from the narrowest screen on, for everybody. */
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { addText, expect, finished, open, submit, test } from './app.ts';

declare global {
  var axe: typeof import('axe-core');
}

const { source }: typeof import('axe-core') = createRequire(import.meta.url)('axe-core');

/** One task of each kind; the ids of those that have a view of their own here. */
async function furnish(
  page: Page,
): Promise<Record<'completed' | 'failed' | 'running' | 'verified' | 'profiled', string>> {
  const sums = Array.from({ length: 30 }, (_, i) => `${'0'.repeat(64)}  missing ${i}.txt\n`).join('');
  const { file_id } = await addText(page, longName, 'x');
  const completed = await submit(page, 'checksum', { files: [{ file_id }] });
  await finished(page, completed.task_id);
  const note = await addText(page, 'a note.txt', 'An anchor, and what holds it.');
  const read = await submit(page, 'documents', { files: [{ file_id: note.file_id }] });
  await finished(page, read.task_id);
  const failed = await submit(page, 'countdown', { steps: 2, step_ms: 1, fail_at: 2 });
  await finished(page, failed.task_id);
  const verified = await submit(page, 'verify', { files: [await addText(page, 'SHA256SUMS', sums), { file_id }] });
  await finished(page, verified.task_id);
  const csv = `id,name,a long column name ${'that goes on '.repeat(8)}\n${'1,rope,2.5\n2,line,3\n'.repeat(40)}`;
  const profiled = await submit(page, 'table', { files: [await addText(page, 'ropes.csv', csv)], to: 'profile' });
  await finished(page, profiled.task_id);
  const running = await submit(page, 'countdown', { steps: 100_000, step_ms: 1_000 });
  await page.evaluate(() =>
    holdfast.submit({ type: 'countdown', run_at: '2999-01-01T00:00:00.000Z', tags: ['harbour'] }),
  );
  return {
    verified: verified.task_id,
    profiled: profiled.task_id,
    completed: completed.task_id,
    failed: failed.task_id,
    running: running.task_id,
  };
}

const longName = `a long name ${'that does not end '.repeat(8)}.txt`;

const chooseLong = (page: Page) =>
  page
    .evaluate((name) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], name));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, longName)
    .then(() => page.locator('.chosen').waitFor());

type Look = [name: string, hash: string, act?: (page: Page) => Promise<unknown>];

const looksOf = (ids: Awaited<ReturnType<typeof furnish>>): Look[] => [
  ['start', '#/'],
  ['a form', '#/start/countdown'],
  ['chosen files', '#/', chooseLong],
  ['a form with files', '#/start/checksum', chooseLong],
  ['no such job', '#/start/nothing'],
  ['tasks', '#/tasks'],
  ['some selected', '#/tasks', (page) => page.getByRole('checkbox').first().check()],
  ['none fit', '#/tasks?q=nowhere'],
  ['completed', `#/tasks/${ids.completed}`],
  ['failed', `#/tasks/${ids.failed}`],
  ['running', `#/tasks/${ids.running}`],
  ['a profile', `#/tasks/${ids.profiled}`],
  ['a preview', `#/tasks/${ids.verified}`, (page) => page.locator('.outputs [aria-expanded]').click()],
  ['gone', '#/tasks/nothing'],
  ['the wire', `#/tasks/${ids.failed}/wire`, (page) => page.getByRole('button', { name: 'id 2', exact: true }).click()],
  ['no such wire', '#/tasks/nothing/wire'],
  ['lessons', '#/lessons', (page) => page.locator('.lesson button.first').first().click()],
  ['system', '#/system', (page) => page.getByRole('button', { name: /^(Save the limits|保存限额)$/ }).waitFor()],
  ['erase, the first question', '#/system', (page) => page.getByRole('button', { name: /…$/ }).click()],
  ['break', '#/system/break'],
  ['searching', '#/search'],
  ['found', '#/search?q=anchor', (page) => page.locator('.hit').first().waitFor()],
  ['menu', '#/', (page) => page.locator('[popovertarget]').click()],
  ['keys', '#/tasks', (page) => page.keyboard.press('?')],
];

async function look(page: Page, [, hash, act]: Look) {
  // Another document each time, so that nothing is left of the last.
  await page.evaluate((hash) => {
    location.hash = hash;
    location.reload();
  }, hash);
  await page.waitForFunction(() => globalThis.holdfast !== undefined && document.querySelector('main h1, main h2'));
  await act?.(page);
}

const barriers = async (page: Page) => {
  const { violations } = await page.evaluate<AxeResults>(() => globalThis.axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
};

const tooWide = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test('no view has a barrier that axe finds, in either theme, or needs to be scrolled sideways on 320 pixels', async ({
  page,
  site,
}) => {
  test.setTimeout(240_000);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, site.url);
  const wide = page.viewportSize() ?? { width: 1280, height: 720 };
  for (const each of looksOf(await furnish(page))) {
    await page.setViewportSize(wide);
    await look(page, each);
    await page.evaluate(source);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect([each[0], colorScheme, await barriers(page)]).toEqual([each[0], colorScheme, []]);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    expect([each[0], await tooWide(page)]).toEqual([each[0], 0]);
  }
});

test('in Chinese no view needs to be scrolled sideways either', { tag: '@long' }, async ({ page, site }) => {
  test.setTimeout(240_000);
  await page.setViewportSize({ width: 320, height: 640 });
  await open(page, site.url);
  const looks = looksOf(await furnish(page));
  await page.evaluate(() => localStorage.setItem('holdfast:language', 'zh'));
  for (const each of looks) {
    await look(page, each);
    expect([each[0], await tooWide(page)]).toEqual([each[0], 0]);
  }
});

test('in a page from right to left a file’s name stands apart from its job’s', async ({ page, site }) => {
  await open(page, `${site.url}#/tasks`);
  const { file_id } = await addText(page, 'a.txt', 'x');
  await finished(page, (await submit(page, 'checksum', { files: [{ file_id }] })).task_id);
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  const names = page.locator('.task-row bdi', { hasText: 'a.txt' }).first();
  await expect(names).toBeVisible();
  const apart = await names.evaluate((names) => {
    const job = document.createRange();
    job.selectNodeContents(names.closest('a')?.firstChild ?? names);
    return job.getBoundingClientRect().left - names.getBoundingClientRect().right;
  });
  expect(apart).toBeGreaterThan(4);
});

test('a theme that is chosen holds over a reload', async ({ page, site }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, site.url);
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.getByRole('button', { name: 'Ready' }).click();
  await page.getByRole('radio', { name: 'Dark' }).check();
  await expect.poll(paper).not.toBe(light);
  const dark = await paper();
  await page.reload();
  await expect.poll(paper).toBe(dark);
});

test('the page speaks Chinese when it is asked to, and says so', async ({ page, site }) => {
  await open(page, site.url);
  await page.getByRole('button', { name: 'Ready' }).click();
  await page.getByRole('radio', { name: '中文' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('在自己的文件上跑耗时的任务');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await page.reload();
  await page.getByRole('button', { name: '倒计时:试试看' }).click();
  await expect(page.getByRole('article').getByText('运行中', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: '暂停' })).toBeVisible();
});

test.describe('in a Chinese browser', () => {
  test.use({ locale: 'zh-CN' });

  test('the page speaks Chinese by itself', async ({ page, site }) => {
    await open(page, site.url);
    await expect(page.getByRole('button', { name: '选择文件', exact: true })).toBeVisible();
  });
});

test('without a network the page says that this is fine', async ({ page, context, site }) => {
  await open(page, site.url);
  await context.setOffline(true);
  await expect(page.getByRole('button', { name: 'Ready, offline' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Ready, offline' })).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByRole('button', { name: /^Ready(?!,)/ })).toBeVisible();
});
