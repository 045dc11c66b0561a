import { createHash } from 'node:crypto';
import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import { addText, test as base, dist, expect, open as load, ready, sha256, submit } from './app.ts';

const test = base.extend<{ pickers: boolean; open: Page }>({
  /** False: a browser without the File System Access pickers, which Playwright cannot drive. */
  pickers: [false, { option: true }],

  /** The page, ready for files. No request of it may be refused, not by its own policy either. */
  open: async ({ page, pickers, site }, use) => {
    const faults: string[] = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    if (!pickers) {
      await page.addInitScript(() => {
        for (const name of ['showOpenFilePicker', 'showDirectoryPicker', 'showSaveFilePicker']) {
          Reflect.deleteProperty(window, name);
        }
      });
    }
    await load(page, site.url);
    await use(page);
    expect(faults).toEqual([]);
  },
});

/** The task's own view. */
const card = (page: Page) => page.getByRole('article');

interface Wish {
  job?: string;
  field?: string;
  option?: string;
}

async function pick(
  page: Page,
  files: { name: string; content: string }[],
  { job = 'Checksum', field, option = '' }: Wish = {},
) {
  await page.getByRole('link', { name: job, exact: true }).click();
  if (field) await page.getByLabel(field).selectOption(option);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  const payload = files.map(({ name, content }) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) }));
  await (await chooser).setFiles(payload);
  await expect(page.getByText(/^\d+ files?, /)).toBeVisible();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
}

const example = (page: Page, title: string) => page.getByRole('button', { name: `${title}: try it` }).click();

test('a picked file gets the digest that node computes', async ({ open: page }) => {
  await pick(page, [{ name: 'a.txt', content: 'some words\n' }]);
  const task = card(page);
  await expect(task.getByRole('heading', { name: 'Checksum a.txt' })).toBeVisible();
  await expect(task.getByText('completed', { exact: true })).toBeVisible();
  await expect(
    task.getByRole('row', { name: 'a.txt' }).getByRole('cell', { name: sha256('some words\n') }),
  ).toBeVisible();
});

test('the algorithm is the one that was chosen', async ({ open: page }) => {
  await pick(page, [{ name: 'a.txt', content: 'some words\n' }], { field: 'Algorithm', option: 'SHA-512' });
  const digest = createHash('sha512').update('some words\n').digest('hex');
  await expect(page.getByRole('cell', { name: digest })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'SHA-512' })).toBeVisible();
});

test('an empty file has the digest of nothing', async ({ open: page }) => {
  await pick(page, [{ name: 'empty', content: '' }]);
  const row = page.getByRole('row', { name: 'empty' });
  await expect(row.getByRole('cell', { name: sha256('') })).toBeVisible();
  await expect(row.getByRole('cell', { name: '0 bytes' })).toBeVisible();
});

test('a name is only text, whatever is in it', async ({ open: page }) => {
  const name = `it's "quoted"  🪸 <img src=x onerror=document.title='run'> &amp; \u202egnp.exe`;
  await pick(page, [{ name, content: 'x' }]);
  const cell = page.getByRole('rowheader');
  await expect(cell).toBeVisible();
  expect(await cell.textContent()).toBe(name);
  await page.getByRole('link', { name: 'All tasks' }).click();
  const title = page.getByRole('list', { name: 'Tasks, newest first' }).getByRole('link');
  await expect(title).toBeVisible();
  expect(await title.textContent()).toContain(name);
  await expect(page.locator('img')).toHaveCount(0);
  await expect(page).toHaveTitle('Holdfast');
});

test('the list can be saved and is what sha256sum writes', async ({ open: page }) => {
  await pick(page, [{ name: 'a.txt', content: 'a' }]);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save SHA256SUMS' }).click();
  const path = await (await download).path();
  expect(await readFile(path, 'utf8')).toBe(`${sha256('a')}  a.txt\n`);
});

test('a long list of checksums is shown when it is asked for', async ({ open: page }) => {
  await pick(
    page,
    Array.from({ length: 59 }, (_, i) => ({ name: `${i}.txt`, content: `${i}` })),
  );
  await expect(page.getByText('59 checksums, SHA-256')).toBeVisible();
  await expect(page.getByRole('rowheader')).toHaveCount(0);
  await page.getByText('59 checksums, SHA-256').click();
  await expect(page.getByRole('rowheader')).toHaveCount(59);
});

test('a canceled countdown says so and can be retried or removed', async ({ open: page }) => {
  await example(page, 'Countdown');
  const task = card(page);
  await expect(task.getByText('running', { exact: true })).toBeVisible();
  await task.getByRole('button', { name: 'Cancel' }).click();
  await expect(task.getByText('canceled', { exact: true })).toBeVisible();
  await expect(task.getByText(/^It stopped cleanly/)).toBeVisible();
  await expect(task.getByText('a retry begins at the start')).toBeVisible();
  await expect(task.getByRole('button', { name: 'Retry' })).toBeVisible();
  await task.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('heading', { name: 'Tasks', exact: true })).toBeFocused();
  await expect(page.getByText('1 task removed.')).toBeVisible();
  await expect(page.getByText('No tasks yet')).toBeVisible();
});

test('a job that does not listen is terminated, and the page says so', async ({ open: page }) => {
  await example(page, 'Spin');
  const task = card(page);
  await expect(task.getByText('busy for 30 s')).toBeVisible();
  await task.getByRole('button', { name: 'Cancel' }).click();
  await expect(task.getByText('canceling', { exact: true })).toBeVisible();
  await expect(task.getByText(/its worker was terminated after/)).toBeVisible({ timeout: 15_000 });
});

test('a paused countdown waits and goes on', async ({ open: page }) => {
  await example(page, 'Countdown');
  const task = card(page);
  await expect(task.getByText('1 of 10 steps', { exact: true })).toBeVisible();
  await task.getByRole('button', { name: 'Pause' }).click();
  await expect(task.getByText('paused', { exact: true })).toBeVisible();
  await task.getByRole('button', { name: 'Resume' }).click();
  await expect(task.getByText('running', { exact: true })).toBeVisible();
  await expect(task.locator('header').getByText('attempt 2')).toBeVisible();
});

test('a reload does not end a countdown, and shows it again', async ({ open: page }) => {
  await example(page, 'Countdown');
  const task = card(page);
  await expect(task.getByText('3 of 10 steps', { exact: true })).toBeVisible();
  await page.reload();
  await expect(task.locator('header').getByText('attempt 2')).toBeVisible({ timeout: 15_000 });
  await expect(task.getByText('completed', { exact: true })).toBeVisible({ timeout: 15_000 });
  await expect(task.getByText('steps', { exact: true })).toBeVisible();
});

test.describe('in a browser with file handles', () => {
  test.use({ pickers: true });

  /** Makes `name` in the origin's own folder, and the picker give it. */
  const stand = (page: Page, name: string, content: string) =>
    page.evaluate(
      async ([name, content]) => {
        const root = await navigator.storage.getDirectory();
        const handle = await root.getFileHandle(name, { create: true });
        const writable = await handle.createWritable();
        await writable.write(content);
        await writable.close();
        Object.assign(window, { showOpenFilePicker: async () => [handle] });
      },
      [name, content] as const,
    );

  test('a file is read where it lies', async ({ open: page }) => {
    await stand(page, 'kept.txt', 'kept');
    await page.getByRole('link', { name: 'Checksum', exact: true }).click();
    await page.getByRole('button', { name: 'Choose files' }).click();
    await expect(page.getByText('kept.txt')).toBeVisible();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(page.getByRole('cell', { name: sha256('kept') })).toBeVisible();
  });

  test('a file that is gone makes its task wait, and the page says which and what to do', async ({ open: page }) => {
    await stand(page, 'lost.txt', 'lost');
    const file_id = await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const added = await holdfast.addFile(await root.getFileHandle('lost.txt'));
      await root.removeEntry('lost.txt');
      return added.file_id;
    });
    const { task_id } = await submit(page, 'checksum', { files: [{ file_id }] });
    await page.evaluate((hash) => location.assign(hash), `#/tasks/${task_id}`);
    const task = card(page);
    await expect(task.getByText('paused', { exact: true })).toBeVisible();
    await expect(task.getByText('lost.txt is gone.').first()).toBeVisible();
    await expect(task.getByText(/put the file back where it was and resume/)).toBeVisible();
    await task.getByRole('button', { name: 'Allow access again' }).click();
    await expect(task.locator('header').getByText('attempt 2')).toBeVisible();
    // Its buttons are others while it runs.
    await expect(task.getByText('paused', { exact: true })).toBeVisible();
    await task.getByRole('button', { name: 'Cancel' }).click();
    await expect(task.getByText('canceled', { exact: true })).toBeVisible();
  });

  test('the list is saved where the picker says', async ({ open: page }) => {
    await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const showSaveFilePicker = ({ suggestedName }: { suggestedName: string }) =>
        root.getFileHandle(suggestedName, { create: true });
      Object.assign(window, { showSaveFilePicker });
    });
    const { file_id } = await addText(page, 'a.txt', 'a');
    const { task_id } = await submit(page, 'checksum', { files: [{ file_id }] });
    await page.evaluate((hash) => location.assign(hash), `#/tasks/${task_id}`);
    await page.getByRole('button', { name: 'Save SHA256SUMS' }).click();
    const saved = () =>
      page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        return (await (await root.getFileHandle('SHA256SUMS', { create: true })).getFile()).text();
      });
    await expect.poll(saved).toBe(`${sha256('a')}  a.txt\n`);
  });
});

test('a new version is offered and takes over when it is wanted', async ({ page }) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-update-'));
  await cp(dist, folder, { recursive: true });
  const site = await serve({ root: folder });
  await load(page, site.url);
  await appendFile(join(folder, 'sw.js'), '\n// the next version');
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  const reloaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Update now' }).click();
  await reloaded;
  await expect(page.getByRole('button', { name: 'Ready' })).toBeVisible();
  await expect(page.getByText('A new version is ready')).toHaveCount(0);
  await site.close();
  await rm(folder, { recursive: true });
});

test('a request that is refused is told in words and can be dismissed', async ({ open: page }) => {
  await expect(page.getByRole('button', { name: 'Countdown: try it' })).toBeVisible();
  await page.evaluate(() => {
    Object.assign(window, { fetch: () => Promise.reject(new TypeError('the store is closed')) });
  });
  await example(page, 'Countdown');
  const notice = page.getByRole('alert').filter({ hasText: 'could not be started: the store is closed' });
  await expect(notice).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notice).toHaveCount(0);
});

test('without service workers the page says why it cannot run', async ({ page, site }) => {
  await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'));
  await page.goto(site.url);
  await expect(page.getByRole('alert').filter({ hasText: 'gives the page no service worker' })).toBeVisible();
});

test('without storage the page says why it cannot run', async ({ page, site }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('denied', 'SecurityError');
    };
  });
  await page.goto(site.url);
  await expect(page.getByRole('alert').filter({ hasText: 'lets the page store nothing' })).toBeVisible();
});

test('a page whose script was lost on its way says how to go on, and goes on', async ({ page, site }) => {
  await page.route('**/assets/*.js', (route) => route.abort(), { times: 1 });
  await page.goto(site.url);
  await page.getByRole('link', { name: 'load it again' }).click();
  await ready(page);
  await expect(page.getByText('still loading')).toHaveCount(0);
});

test('a part of the page that was lost on its way is asked for again', async ({ page, site }) => {
  await page.route('**/assets/en-*.js', (route) => route.abort(), { times: 1 });
  await page.goto(site.url);
  await ready(page);
});

test('a page that got all but what tells of new versions works, and does not trouble anybody with it', async ({
  page,
  site,
}) => {
  let aborted = 0;
  await page.route('**/assets/workbox-window*.js', (route) => {
    aborted += 1;
    return route.abort();
  });
  await page.goto(site.url);
  await ready(page);
  await expect.poll(() => aborted).toBeGreaterThan(0);
  await expect(page.getByRole('alert')).toHaveText('');
});

test('a page whose requests go past its service worker says so, and is well when it is loaded again', async ({
  page,
  site,
}) => {
  await page.goto(site.url);
  await ready(page);
  await page.addInitScript(() => {
    const { fetch } = window;
    // As Chromium does now and then when the service worker is stopped just as it takes control.
    if (!sessionStorage.getItem('past')) {
      sessionStorage.setItem('past', 'once');
      window.fetch = async (...given) =>
        String(given[0]).includes('/tasks') ? new Response('Not found', { status: 404 }) : fetch(...given);
    }
  });
  await page.reload();
  await expect(page.getByRole('alert').filter({ hasText: 'Reloading usually helps' })).toBeVisible();
  await page.getByRole('button', { name: 'Reload' }).click();
  await ready(page);
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the page says that it needs it', async ({ page, site }) => {
    await page.goto(site.url);
    await expect(page.locator('noscript p')).toBeVisible();
    await expect(page.getByText('still loading')).toBeHidden();
  });
});

test('any job that takes files can be begun, and its outputs go into one ZIP', async ({ open: page }) => {
  const files = [
    { name: 'a.txt', content: 'some words\n' },
    { name: 'b.txt', content: 'more words\n' },
  ];
  await pick(page, files, { job: 'Compress', field: 'Format', option: 'gzip' });
  await expect(card(page).getByRole('link', { name: 'Save a.txt.gz' })).toBeVisible();
  await card(page).getByRole('button', { name: 'All 2 as one ZIP' }).click();
  await expect(page.getByRole('link', { name: 'Save archive.zip' })).toBeVisible();
});

test('a folder is checked against its list, and the page tells what differs', async ({ open: page }) => {
  const files = [
    { name: 'SHA256SUMS', content: `${sha256('a')}  a.txt\n${sha256('b')}  b.txt\n` },
    { name: 'a.txt', content: 'a' },
    { name: 'b.txt', content: 'B' },
  ];
  await pick(page, files, { job: 'Verify checksums' });
  const task = card(page);
  await expect(task.getByText('completed', { exact: true })).toBeVisible();
  await expect(task.getByText('1 differs')).toBeVisible();
  await expect(task.getByRole('row', { name: 'b.txt' }).getByRole('cell', { name: 'differs' })).toBeVisible();
  await expect(task.getByRole('row', { name: 'b.txt' })).toContainText(`is ${sha256('B')}`);
});
