import { chromium } from '@playwright/test';
import {
  addFiles,
  addText,
  digestsOf,
  expect,
  finished,
  linesOf,
  logOf,
  open,
  reached,
  sha256,
  submit,
  test,
  watchFaults,
} from './app.ts';

const fetched = (url: string) =>
  fetch(url).then(async (response) => ({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
  }));

test('the digest of 64 MiB is the one that node:crypto computes, and the list can be downloaded', async ({
  page,
  site,
  random,
}) => {
  await open(page, site.url);
  const [file] = random;
  if (!file) throw new Error('no random file');
  const [added] = await addFiles(page, [file]);
  expect(added).toMatchObject({ name: file.name, size: file.size });
  const { task_id } = await submit(page, 'checksum', { files: [{ file_id: added?.file_id }] });
  const task = await finished(page, task_id);

  const list = `${file.sha256}  ${file.name}\n`;
  expect(task).toMatchObject({
    status: 'completed',
    progress: 100,
    attempt: 1,
    result: { algorithm: 'sha256', files: [{ name: file.name, size: file.size, digest: file.sha256 }] },
    files: [{ name: 'SHA256SUMS', size: list.length }],
  });
  const answer = await page.evaluate(fetched, `${site.url}tasks/${task_id}/files/SHA256SUMS`);
  expect(answer).toMatchObject({
    status: 200,
    text: list,
    headers: {
      'content-type': 'text/plain;charset=utf-8',
      'content-length': String(list.length),
      'content-disposition': `attachment; filename="SHA256SUMS"; filename*=UTF-8''SHA256SUMS`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'cache-control': 'no-store',
    },
  });
});

test('an empty file has a digest like any other', async ({ page, site }) => {
  await open(page, site.url);
  const { file_id } = await addText(page, 'nothing.txt', '');
  const { task_id } = await submit(page, 'checksum', { files: [{ file_id }] });
  const task = await finished(page, task_id);
  expect(task).toMatchObject({
    status: 'completed',
    result: { files: [{ name: 'nothing.txt', size: 0, digest: sha256('') }] },
  });
});

test('every name comes back as it was given', async ({ page, site }) => {
  const names = [
    'two words.txt',
    'she said "yes".txt',
    "it's.txt",
    'back\\slash.txt',
    '100 %41;.txt',
    'a=b; filename=c.txt',
    'über 🎉 日本.txt',
    'line\nbreak.txt',
    '<img src=x onerror="document.title=1">.txt',
    '.hidden',
  ];
  await open(page, site.url);
  const files = [];
  for (const name of names) files.push(await addText(page, name, `I am ${name}`));
  expect(files.map(({ name }) => name)).toEqual(names);

  const { task_id } = await submit(page, 'checksum', { files: files.map(({ file_id }) => ({ file_id })) });
  const task = await finished(page, task_id);
  const sums = names.map((name) => ({ name, size: Buffer.byteLength(`I am ${name}`), digest: sha256(`I am ${name}`) }));
  expect(task).toMatchObject({ status: 'completed', result: { files: sums } });

  const list = await page.evaluate(fetched, `${site.url}tasks/${task_id}/files/SHA256SUMS`);
  const escaped = (name: string) => name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  expect(list.text).toBe(
    sums.map(({ name, digest }) => `${escaped(name) === name ? '' : '\\'}${digest}  ${escaped(name)}\n`).join(''),
  );

  for (const { file_id, name } of files) {
    const { headers, text } = await page.evaluate(fetched, `${site.url}files/${file_id}`);
    expect(text).toBe(`I am ${name}`);
    // RFC 6266 with RFC 8187: a quoted string without escapes, then attr-chars and percent-encoded bytes.
    const disposition = /^attachment; filename="([ !#-[\]-~]*)"; filename\*=UTF-8''((?:[\w!#$&+.^`|~-]|%[\dA-F]{2})+)$/;
    const [, plain, encoded] = disposition.exec(headers['content-disposition'] ?? '') ?? [];
    expect(decodeURIComponent(encoded ?? '')).toBe(name);
    if (/^[\w. ]+$/.test(name)) expect(plain).toBe(name);
  }
});

test('a task waits for a file that has vanished, and says which one', async ({ page, site }) => {
  await open(page, site.url);
  const { file_id } = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('vanishing.bin', { create: true });
    const writable = await handle.createWritable();
    await writable.write('here today');
    await writable.close();
    const added = await globalThis.holdfast.addFile(handle);
    await root.removeEntry('vanishing.bin');
    return added;
  });
  const { task_id } = await submit(page, 'checksum', { files: [{ file_id }] });
  await reached(page, task_id, 'paused');
  const task = await page.evaluate((task_id) => globalThis.holdfast.get(task_id), task_id);
  expect(task).toMatchObject({ status: 'paused', paused: { reason: 'file-missing' }, error: null, finished_at: null });
  expect(task.message).toContain('vanishing.bin');
  expect(linesOf(await logOf(page, task_id))).toEqual([]);
});

for (const [how, change] of [
  ['written to', 'write'],
  ['cut short', 'truncate'],
] as const) {
  test(`a task fails when a file is ${how} while it is read, and says which one`, async ({
    site,
    profile,
    launchOptions,
  }) => {
    // In memory, a file that is written to keeps its time, and reads of the old one give the new bytes (measured, Chromium 156).
    const context = await chromium.launchPersistentContext(profile, launchOptions);
    const faults = watchFaults(context);
    const page = await open(await context.newPage(), site.url);
    const { file_id } = await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle('changing.bin', { create: true });
      const writable = await handle.createWritable();
      const part = new Uint8Array(1024 * 1024);
      for (let i = 0; i < 64; i += 1) await writable.write(part);
      await writable.close();
      return globalThis.holdfast.addFile(handle);
    });
    const { task_id } = await submit(page, 'checksum', { files: Array.from({ length: 16 }, () => ({ file_id })) });
    await reached(page, task_id, 'running', 1, 1);
    await page.evaluate(async (change) => {
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle('changing.bin');
      const writable = await handle.createWritable({ keepExistingData: true });
      if (change === 'write') await writable.write('!');
      else await writable.truncate(1024 * 1024);
      await writable.close();
    }, change);
    const task = await finished(page, task_id);
    expect(task).toMatchObject({
      status: 'failed',
      result: null,
      error: { type: 'urn:holdfast:problem:invalid-input' },
    });
    expect(task.error?.detail).toContain('changing.bin');
    await context.close();
    expect(faults).toEqual([]);
  });
}

test('several files keep their order, and one added twice counts twice', async ({ page, site, random }) => {
  await open(page, site.url);
  const added = await addFiles(page, random);
  const order = [2, 0, 1, 0];
  const { task_id } = await submit(page, 'checksum', {
    files: order.map((i) => ({ file_id: added[i]?.file_id })),
  });
  const task = await finished(page, task_id);
  expect(digestsOf(task)).toEqual(order.map((i) => random[i]?.sha256));
});
