/** Every job begins from the gallery: with what is made for it, with a form, with what was dropped, pasted or shared. */
import type { Page } from '@playwright/test';
import { specs } from '../../workers/jobs/specs.ts';
import { test as base, expect, list, open, sha256 } from './app.ts';

const test = base.extend<{ app: Page }>({
  app: async ({ page, site }, use) => {
    const faults: string[] = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await open(page, site.url);
    await use(page);
    expect(faults).toEqual([]);
  },
});

/** Drops files of this content on the page. */
const drop = async (page: Page, files: Record<string, string>) => {
  const transfer = await page.evaluateHandle((files) => {
    const data = new DataTransfer();
    for (const [name, content] of Object.entries(files)) data.items.add(new File([content], name));
    return data;
  }, files);
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await expect(page.getByText('Let go to add them')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await expect(page.getByText('Let go to add them')).toBeHidden();
};

const jobs = (page: Page) => page.getByRole('list').getByRole('heading', { level: 3 });
const go = (page: Page) => page.getByRole('button', { name: 'Start', exact: true }).click();
const status = (page: Page, words: string) => page.getByRole('article').getByText(words, { exact: true });

for (const { type, title } of specs) {
  test(`${type} can be tried from the gallery, and started from its form with what stands in it`, async ({
    app: page,
  }) => {
    await page.getByRole('button', { name: new RegExp(`^${title}: try it`) }).click();
    await expect(page.getByRole('article')).toContainText(title);
    // Half a minute of a busy worker shows nothing more.
    if (type === 'spin') await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(status(page, type === 'spin' ? 'canceled' : 'completed')).toBeVisible({ timeout: 90_000 });
    const tried = (await list(page)).tasks.length;

    await page.getByRole('link', { name: 'Start', exact: true }).click();
    await page.getByRole('link', { name: title, exact: true }).first().click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
    if (await page.getByRole('button', { name: 'Choose files' }).isVisible()) {
      await drop(page, { 'a.csv': 'id,name\n1,one\n', 'b.csv': 'id,name\n1,one\n' });
      await expect(page.getByText('2 files, 28 bytes')).toBeVisible();
    }
    for (const field of await page.locator(':is(input, textarea):required').all()) {
      if ((await field.inputValue()) === '') await field.fill('one');
    }
    await go(page);
    await expect.poll(async () => (await list(page)).tasks.length).toBe(tried + 1);
    const [task] = (await list(page)).tasks;
    expect(task?.type).toBe(type);
  });
}

test('what the form says is what the task takes', async ({ app: page }) => {
  await page.getByRole('link', { name: 'Countdown', exact: true }).click();
  await page.getByLabel('Steps', { exact: true }).fill('3');
  await page.getByLabel('Milliseconds a step').fill('5');
  await page.getByLabel('Fail at step').fill('2');
  await go(page);
  await expect(status(page, 'failed')).toBeVisible();
  const [task] = (await list(page)).tasks;
  expect(task?.input).toEqual({ steps: 3, step_ms: 5, fail_at: 2 });
});

test('a form without its files says what it needs, and starts nothing', async ({ app: page }) => {
  await page.getByRole('link', { name: 'Checksum', exact: true }).click();
  await go(page);
  await expect(page.getByRole('alert').filter({ hasText: 'Choose files first' })).toBeVisible();
  expect((await list(page)).tasks).toEqual([]);
});

test('a dropped file suggests the jobs that fit it, and is what they work on', async ({ app: page }) => {
  await drop(page, { 'sales.csv': 'a,b\n1,2\n' });
  await expect(page.getByText('1 file, 8 bytes')).toBeVisible();
  await expect(jobs(page).first()).toHaveText('Convert tables');
  await expect(jobs(page).filter({ hasText: 'Extract', visible: true })).toHaveCount(0);
  await jobs(page).filter({ hasText: 'Checksum' }).click();
  await go(page);
  await expect(page.getByRole('cell', { name: sha256('a,b\n1,2\n') })).toBeVisible();
});

test('what was started is found by the name of a file that it works on', async ({ app: page }) => {
  await drop(page, { 'a.txt': 'one', 'Quarterly report.csv': 'a,b\n1,2\n' });
  await page.getByRole('link', { name: 'Compress', exact: true }).click();
  await go(page);
  await expect(status(page, 'completed')).toBeVisible();
  await page.getByRole('link', { name: 'All tasks' }).click();
  const found = page.getByRole('list', { name: 'Tasks, newest first' }).getByRole('listitem');
  await page.getByRole('searchbox', { name: 'Search' }).fill('quarterly');
  await expect(page).toHaveURL(/q=quarterly/);
  await expect(found).toContainText('a.txt and 1 more');
  await page.getByRole('searchbox', { name: 'Search' }).fill('monthly');
  await expect(found).toHaveCount(0);
});

test('the system can open with the app every kind of file that a job is made for', async ({ app: page }) => {
  const { file_handlers } = await page.evaluate(async () => (await fetch('manifest.webmanifest')).json());
  const accepted = file_handlers.flatMap(({ accept }: { accept: Record<string, string[]> }) => Object.values(accept));
  expect(accepted.flat()).toEqual(
    expect.arrayContaining(
      [
        'csv',
        'jsonl',
        'zip',
        'gz',
        'zst',
        'sha256',
        'pdf',
        'md',
        'html',
        'txt',
        'log',
        'jpg',
        'png',
        'webp',
        'avif',
        'gif',
      ].map((extension) => `.${extension}`),
    ),
  );
});

test('what is chosen while a task is being started is for the next', async ({ app: page }) => {
  await page.getByRole('link', { name: 'Checksum', exact: true }).click();
  await drop(page, { 'a.txt': 'a' });
  await expect(page.getByText('1 file, 1 byte')).toBeVisible();
  await page.evaluate(() => {
    Reflect.deleteProperty(window, 'showOpenFilePicker');
    const { addFile } = holdfast;
    holdfast.addFile = async (source) => {
      await new Promise((resolve) => document.addEventListener('let go', resolve, { once: true }));
      return addFile(source);
    };
  });
  await go(page);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles({ name: 'b.txt', mimeType: 'text/plain', buffer: Buffer.from('bc') });
  await expect(page.getByText('2 files, 3 bytes')).toBeVisible();
  await page.evaluate(() => document.dispatchEvent(new Event('let go')));
  await expect(page.getByRole('article')).toContainText('a.txt');
  await page.getByRole('link', { name: 'Start', exact: true }).click();
  await page.getByRole('link', { name: 'Checksum', exact: true }).click();
  await expect(page.getByText('1 file, 2 bytes')).toBeVisible();
});

test('of what was chosen, each can be taken away again', async ({ app: page }) => {
  await drop(page, { 'a.txt': 'one', 'b.txt': 'more' });
  await page.getByRole('button', { name: 'Without a.txt' }).click();
  await expect(page.getByText('1 file, 4 bytes')).toBeVisible();
  await page.getByRole('button', { name: 'Take them away' }).click();
  await expect(page.getByRole('heading', { name: 'What shall be done?' })).toBeVisible();
});

test('text that is pasted is a file, and one that is pasted into a field is not', async ({ app: page }) => {
  const paste = (selector: string) =>
    page.locator(selector).evaluate((element) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'some words\n');
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
  await page.getByRole('link', { name: 'Tasks' }).click();
  await paste('input[type="search"]');
  await expect(page.getByRole('heading', { name: 'Tasks', exact: true })).toBeVisible();
  await paste('body');
  await expect(page.getByText('pasted.txt')).toBeVisible();
  await page.getByRole('link', { name: 'Checksum', exact: true }).click();
  await go(page);
  await expect(page.getByRole('cell', { name: sha256('some words\n') })).toBeVisible();
});

test('what the system shares is chosen, and nothing is started', async ({ app: page, site }) => {
  // The app's own pages may send no form; a document beside them stands for the system.
  await page.route('**/system.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(`${site.url}system.html`);
  await page.evaluate(() => {
    const files = new DataTransfer();
    files.items.add(new File(['shared words\n'], 'shared & more.txt'));
    const input = Object.assign(document.createElement('input'), { type: 'file', name: 'files', files: files.files });
    const form = Object.assign(document.createElement('form'), {
      action: 'share',
      method: 'post',
      enctype: 'multipart/form-data',
    });
    form.append(input);
    document.body.append(form);
    form.submit();
  });
  await expect(page.getByText('shared & more.txt')).toBeVisible();
  await expect(page).toHaveURL(`${site.url}#/`);
  expect((await list(page)).tasks).toEqual([]);
  await page.getByRole('link', { name: 'Checksum', exact: true }).click();
  await go(page);
  await expect(page.getByRole('cell', { name: sha256('shared words\n') })).toBeVisible();
});
