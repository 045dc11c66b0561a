/** A task's own view: what happened to it, how fast it was, what it said, what came out, and what to do with that. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import {
  addText,
  checkpointed,
  expect,
  finished,
  list,
  logOf,
  open,
  reached,
  ready,
  statesOf,
  submit,
  test,
} from './app.ts';

const view = (page: Page) => page.getByRole('article');
const part = (page: Page, name: string) => view(page).getByRole('region', { name });
const goTo = (page: Page, task_id: string) => page.evaluate((hash) => location.assign(hash), `#/tasks/${task_id}`);

test('the attempts of a task are told: where it ran, paused and was taken over', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 1_000, step_ms: 20 });
  await goTo(page, task_id);
  await checkpointed(page, task_id);
  await expect(view(page).getByText(/^This tab runs it since /)).toBeVisible();
  await expect(view(page).getByText(/^checkpoint (?:\d+ s ago|just now)$/)).toBeVisible();
  const happened = part(page, 'What happened');
  await expect(happened.getByText(/^Runs /)).toBeVisible();
  await view(page).getByRole('button', { name: 'Pause' }).click();
  await expect(
    happened.getByRole('listitem').filter({ hasText: /Ran .*attempt 1.*in this tab.*paused/ }),
  ).toBeVisible();
  await expect(happened.getByText(/^Paused /)).toBeVisible();
  await view(page).getByRole('button', { name: 'Resume' }).click();
  await reached(page, task_id, 'running', 2);
  await page.reload();
  await ready(page);
  await reached(page, task_id, 'running', 3);
  await expect(happened.getByText(/attempt 2.*its tab went away/)).toBeVisible();
  await expect(happened.getByText(/attempt 3.*taken over from another tab or visit/)).toBeVisible();
});

test('a task that another tab runs says so, and its stop button stops it there', async ({ page, context, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 20 });
  await reached(page, task_id, 'running');
  const other = await open(await context.newPage(), `${site.url}#/tasks/${task_id}`);
  await expect(view(other).getByText(/^Another tab runs it since /)).toBeVisible();
  await view(other).getByRole('button', { name: 'Cancel' }).click();
  for (const each of [page, other]) {
    await goTo(each, task_id);
    await expect(view(each).getByText('canceled', { exact: true })).toBeVisible();
    await expect(part(each, 'What happened').getByText(/canceled · stopped cleanly within/)).toBeVisible();
  }
});

test('the speed of a task is drawn, and said in words and in a table', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 100, step_ms: 20 });
  await finished(page, task_id);
  await goTo(page, task_id);
  const speed = part(page, 'Speed');
  await expect(speed.getByText(/\/s on average, .*\/s at best$/)).toBeVisible();
  await expect(speed.locator('canvas')).toBeVisible();
  const drawn = () =>
    speed.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      const pixels = canvas.getContext('2d')?.getImageData(Math.round(width / 2), 0, 1, height).data ?? [];
      return new Set(Array.from({ length: height }, (_, y) => pixels[4 * y + 3])).size;
    });
  // A column in the middle has more than background and grid: the line, and what lies under it.
  await expect.poll(drawn).toBeGreaterThan(2);
  await speed.getByText('As a table').click();
  await expect(speed.getByRole('row')).not.toHaveCount(1);
});

test('a log of many lines has only those near the screen there, follows, and can be narrowed and saved', async ({
  page,
  site,
}) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await open(page, site.url);
  // A line in the log for each that differs, missing from the files.
  const sums = Array.from({ length: 900 }, (_, i) => `${'0'.repeat(64)}  missing ${i}.txt\n`).join('');
  const { file_id } = await addText(page, 'SHA256SUMS', sums);
  const { task_id } = await submit(page, 'verify', { files: [{ file_id }] });
  await finished(page, task_id);
  await goTo(page, task_id);
  const lines = page.getByRole('region', { name: /^Log of Verify checksums/ });
  await lines.scrollIntoViewIfNeeded();
  await expect(lines.getByText('missing 899.txt: missing')).toBeInViewport();
  expect(await lines.getByRole('listitem').count()).toBeLessThan(100);
  await lines.evaluate((box) => box.scrollTo(0, 0));
  await expect(lines.getByText('missing 0.txt: missing')).toBeInViewport();
  await expect(page.getByRole('checkbox', { name: 'Follow' })).not.toBeChecked();
  await page.getByRole('combobox', { name: 'Level' }).selectOption('Errors');
  await expect(page.getByText('The job has said nothing that grave.')).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the log' }).click();
  const saved = await readFile(await (await download).path(), 'utf8');
  expect(saved.split('\n').filter((line) => / warn {2}missing \d+\.txt: missing$/.test(line))).toHaveLength(900);
});

test('an output file is shown as text, never as a page, and what is in it does nothing', async ({ page, site }) => {
  await open(page, site.url);
  const html = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
  const { file_id } = await addText(page, `${html}.txt`, html);
  const { task_id } = await submit(page, 'checksum', { files: [{ file_id }] });
  await finished(page, task_id);
  await goTo(page, task_id);
  await page.getByRole('button', { name: 'Preview of SHA256SUMS' }).click();
  const preview = page.getByRole('region', { name: 'Preview of SHA256SUMS' });
  await expect(preview).toContainText(html);
  await expect(page.locator('article :is(img, script)')).toHaveCount(0);
  await expect(page).not.toHaveTitle('run');
});

test('a table of cells is shown as one, JSON as a tree, a picture as a picture', async ({ page, site }) => {
  await open(page, site.url);
  const csv = await addText(page, 'ropes.csv', 'id,name\n1,<b>one</b>\n2,two\n');
  const converted = await submit(page, 'table', { files: [csv], to: 'json' });
  await finished(page, converted.task_id);
  await goTo(page, converted.task_id);
  await page.getByRole('button', { name: /^Preview of ropes/ }).click();
  await expect(page.getByRole('region', { name: /^Preview of/ })).toContainText('<b>one</b>');
  const zipped = await submit(page, 'archive', { files: [csv], format: 'gzip' });
  await finished(page, zipped.task_id);
  const unpacked = await submit(page, 'extract', { files: [{ task_id: zipped.task_id, name: 'ropes.csv.gz' }] });
  await finished(page, unpacked.task_id);
  await goTo(page, unpacked.task_id);
  await page.getByRole('button', { name: 'Preview of ropes.csv' }).click();
  await expect(page.getByRole('cell', { name: '<b>one</b>' })).toBeVisible();

  const picture = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 20 });
    canvas.getContext('2d')?.fillRect(0, 0, 40, 20);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    return holdfast.addFile(new File([blob ?? ''], 'black.png'));
  });
  const resized = await submit(page, 'images', { files: [picture], percent: 50, zip: false });
  await finished(page, resized.task_id);
  await goTo(page, resized.task_id);
  await page.getByRole('button', { name: 'Preview of black.png' }).click();
  const shown = page.getByRole('img', { name: 'black.png' });
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(20);
});

test('what documents were read is a table with what was left out, and leads to the search', async ({ page, site }) => {
  await open(page, site.url);
  const files = [
    await addText(page, 'kelp.html', '<title>Kelp</title><p>What holds it.'),
    await addText(page, 'cut.pdf', '%PDF-1.7'),
  ];
  const { task_id } = await submit(page, 'documents', { files });
  await finished(page, task_id);
  await goTo(page, task_id);
  const result = part(page, 'Result');
  await expect(result.getByText('1 document with 1 page can be searched. 1 file was left out.')).toBeVisible();
  await expect(result.getByRole('row', { name: 'kelp.html Kelp' }).getByRole('cell')).toHaveText('1');
  await expect(result.getByRole('rowheader', { name: /^cut\.pdf left out: ./ })).toBeVisible();
  await result.getByRole('link', { name: 'Search your documents' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Search your documents');
});

test('all outputs are saved to a folder, with the folders in their names', async ({ page, site }) => {
  await open(page, site.url);
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('picked', { create: true });
    Object.assign(window, { showDirectoryPicker: async () => folder });
  });
  const files = [await addText(page, 'harbour/a.txt', 'a'), await addText(page, 'b.txt', 'b')];
  const { task_id } = await submit(page, 'archive', { files, format: 'gzip' });
  await finished(page, task_id);
  await goTo(page, task_id);
  await page.getByRole('button', { name: 'Save all to a folder' }).click();
  // Before that, what is in the folder still changes its names.
  await expect(page.getByText('2 files saved.')).toBeVisible();
  const saved = await page.evaluate(async () => {
    const names: string[] = [];
    const walk = async (folder: FileSystemDirectoryHandle, path: string) => {
      for await (const [name, handle] of folder.entries()) {
        if (handle instanceof FileSystemDirectoryHandle) await walk(handle, `${path}${name}/`);
        else if (handle instanceof FileSystemFileHandle && (await handle.getFile()).size > 0) names.push(path + name);
      }
    };
    await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle('picked'), '');
    return names.sort();
  });
  expect(saved).toEqual(['b.txt.gz', 'harbour/a.txt.gz']);
});

test('a task is run again with changes: its form has what it was given', async ({ page, site }) => {
  await open(page, site.url);
  const { file_id } = await addText(page, 'a.txt', 'some words\n');
  const { task_id } = await submit(page, 'checksum', { files: [{ file_id }], algorithm: 'md5' });
  await finished(page, task_id);
  await goTo(page, task_id);
  await page.getByRole('link', { name: 'Run again with changes' }).click();
  await expect(page.getByText('a.txt')).toBeVisible();
  await expect(page.getByLabel('Algorithm')).toHaveValue('md5');
  await page.getByLabel('Algorithm').selectOption('SHA-1');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(page.getByRole('columnheader', { name: 'SHA-1' })).toBeVisible();
  const [task] = (await list(page)).tasks;
  expect(task?.input).toEqual({ files: [{ file_id, name: 'a.txt' }], algorithm: 'sha1' });
});

test('the page of a task that was removed elsewhere says that it is gone', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 1, step_ms: 1 });
  await finished(page, task_id);
  await goTo(page, task_id);
  await expect(view(page)).toBeVisible();
  await page.evaluate((id) => globalThis.holdfast.remove(id), task_id);
  await expect(view(page)).toHaveCount(0);
  await expect(page.getByText('This task is not here')).toBeVisible();
});

test('a task that is retried before its page has heard of its end is followed on', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 400, step_ms: 20, fail_at: 100 });
  await goTo(page, task_id);
  await reached(page, task_id, 'running', 1, 5);
  // What the page asks for when it hears of the end comes when the task lives again, as in a hidden tab.
  await page.evaluate(() => {
    const { get } = globalThis.holdfast;
    globalThis.holdfast.get = async (id) => {
      let task = await get(id);
      for (; task.status === 'failed'; task = await get(id)) await new Promise((soon) => setTimeout(soon, 10));
      return task;
    };
  });
  await page.evaluate(async (id) => {
    for await (const _ of globalThis.holdfast.watch(id));
    await globalThis.holdfast.retry(id, 'start');
  }, task_id);
  await reached(page, task_id, 'running', 2, 5);
  await page.evaluate((id) => globalThis.holdfast.pause(id), task_id);
  await expect(part(page, 'What happened').getByText(/^Paused /)).toBeVisible();
});

test('a failed task starts over from its beginning when it is told to', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 80, step_ms: 20, fail_at: 79 });
  expect((await finished(page, task_id)).checkpoint_at).not.toBeNull();
  await goTo(page, task_id);
  await view(page).getByRole('button', { name: 'Start over' }).click();
  await reached(page, task_id, 'running', 2);
  expect(statesOf(await logOf(page, task_id), 2)[0]?.done).toBe(0);
});

test('from a drop to a saved result with the keyboard alone', async ({ page, site }) => {
  await page.addInitScript(() => {
    Object.assign(window, {
      async showOpenFilePicker() {
        const root = await navigator.storage.getDirectory();
        const handle = await root.getFileHandle('a.txt', { create: true });
        const writable = await handle.createWritable();
        await writable.write('by hand');
        await writable.close();
        return [handle];
      },
      async showSaveFilePicker({ suggestedName }: { suggestedName: string }) {
        return (await navigator.storage.getDirectory()).getFileHandle(`saved ${suggestedName}`, { create: true });
      },
    });
  });
  await open(page, site.url);
  /** Goes on with Tab until this has the focus. */
  const tabTo = async (name: string) => {
    for (let i = 0; i < 60; i += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
      });
      if (focused === name) return;
    }
    throw new Error(`Tab never comes to ${name}`);
  };
  await tabTo('Choose files');
  await page.keyboard.press('Enter');
  await expect(page.getByText('a.txt')).toBeVisible();
  await tabTo('Checksum');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await tabTo('Start');
  await page.keyboard.press('Enter');
  await expect(view(page).getByText('completed', { exact: true })).toBeVisible();
  await tabTo('Save SHA256SUMS');
  await page.keyboard.press('Enter');
  const saved = () =>
    page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      return (await (await root.getFileHandle('saved SHA256SUMS', { create: true })).getFile()).text();
    });
  await expect.poll(saved).toMatch(/^[0-9a-f]{64} {2}a\.txt\n$/);
});

test('hostile strings are only text, in whatever field they stand', async ({ page, site }) => {
  await open(page, site.url);
  const hostile = `<img src=x onerror="document.title='run'"> \u202e "'&amp; <script>document.title='run'</script>`;
  const name = `${hostile.replaceAll('/', '|')}.txt`;
  const file = await addText(page, name, `${hostile}\n${hostile}\n`);
  const other = await addText(page, `copy of ${name}`, `${hostile}\n${hostile}\n`);
  const csv = await addText(page, `${name}.csv`, `"${hostile.replaceAll('"', '""')}",b\n"<i>x</i>",2\n`);
  const inputs: [type: string, input: object][] = [
    ['checksum', { files: [file] }],
    ['grep', { files: [file, other], pattern: 'img src', fixed: true }],
    ['duplicates', { files: [file, other] }],
    ['table', { files: [csv], to: 'profile' }],
    ['archive', { files: [file, other], format: 'gzip' }],
    ['images', { files: [file] }],
  ];
  for (const [type, input] of inputs) {
    const { task_id } = await page.evaluate(([type, input, tag]) => holdfast.submit({ type, input, tags: [tag] }), [
      type,
      input,
      hostile.slice(0, 90),
    ] as const);
    const { status } = await finished(page, task_id);
    await goTo(page, task_id);
    await expect(view(page).locator('.status')).toHaveText(status);
    await view(page).getByText('Input', { exact: true }).click();
    for (const preview of await page.getByRole('button', { name: /^Preview of/ }).all()) await preview.click();
    await expect(view(page)).toContainText('onerror=');
    // Of its own the view draws only pictures that it made; a name or a message makes none.
    await expect(view(page).locator('img, script, i')).toHaveCount(0);
  }
  await expect(page).not.toHaveTitle('run');
});

test('a task is worked on, seen and saved without a network', async ({ page, context, site }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await open(page, site.url);
  await context.setOffline(true);
  await page.reload();
  await ready(page);
  const { task_id } = await submit(page, 'countdown', { steps: 100, step_ms: 20 });
  await goTo(page, task_id);
  await expect(view(page).getByText('completed', { exact: true })).toBeVisible();
  await expect(part(page, 'Speed').locator('canvas')).toBeVisible();
  const { file_id } = await addText(page, 'a.txt', 'a');
  const sums = await submit(page, 'checksum', { files: [{ file_id }] });
  await goTo(page, sums.task_id);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save SHA256SUMS' }).click();
  expect(await readFile(await (await download).path(), 'utf8')).toMatch(/ {2}a\.txt\n$/);
});
