import { ask, at, client, run, send } from '../app.ts';
import { expect } from '../expect.ts';
import { aside, type Check, test } from '../harness.ts';

const MiB = 1024 * 1024;

const digestOf = async (bytes: BufferSource): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
    .map((b) => b.toString(16).padStart(2, '0'))
    .join('');

/** Bytes that look random and are always the same. */
function noise(size: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let x = 1;
  for (let i = 0; i < words.length; i += 1) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    words[i] = x;
  }
  return new Uint8Array(words.buffer, 0, size);
}

interface Sums {
  algorithm: string;
  files: { name: string; size: number; digest: string }[];
}

const checksum = async (input: object) => {
  const task = await run('checksum', input);
  expect(task.error, 'the error').toBe(null);
  return { task, result: task.result as Sums };
};

test('the checksum of a File that the page made is that of its bytes', async () => {
  const bytes = noise(3 * MiB + 17);
  const { file_id, ...added } = await client.addFile(new File([bytes], 'noise.bin', { type: 'image/x' }));
  expect(added).toEqual({ name: 'noise.bin', size: bytes.length, type: 'image/x' });
  const { task, result } = await checksum({ files: [{ file_id }] });
  const digest = await digestOf(bytes);
  expect(result).toEqual({ algorithm: 'sha256', files: [{ name: 'noise.bin', size: bytes.length, digest }] });
  const line = `${digest}  noise.bin\n`;
  expect(task.files).toEqual([{ name: 'SHA256SUMS', size: line.length, type: 'text/plain;charset=utf-8' }]);
  expect(await (await client.output(task.task_id, 'SHA256SUMS')).text()).toBe(line);
});

test('a file of 32 MiB, many chunks long, has the right checksum', async () => {
  const bytes = noise(32 * MiB + 1);
  const { file_id } = await client.addFile(new File([bytes], 'large.bin'));
  const { result } = await checksum({ files: [{ file_id }] });
  expect(result.files[0]?.digest).toBe(await digestOf(bytes));
});

test('an empty file has a checksum, too', async () => {
  const { file_id, size } = await client.addFile(new File([], 'empty'));
  expect(size).toBe(0);
  const { result } = await checksum({ files: [{ file_id }] });
  expect(result.files[0]?.digest).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('every algorithm gives its well-known digest of "abc"', async () => {
  const { file_id } = await client.addFile(new File(['abc'], 'abc.txt'));
  const known = {
    md5: '900150983cd24fb0d6963f7d28e17f72',
    sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    sha512:
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    crc32: '352441c2',
    blake3: '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85',
    xxh3: '78af5f94892f3950',
  };
  const digests = await Promise.all(
    Object.keys(known).map(async (algorithm) => {
      const { result } = await checksum({ files: [{ file_id }], algorithm });
      return [algorithm, result.files[0]?.digest];
    }),
  );
  expect(Object.fromEntries(digests)).toEqual(known);
});

test('several files are listed in their order, a folder’s path in the name', async () => {
  const names = ['b.txt', 'a/ä 1.txt', 'a/b/c.txt'];
  const added = [];
  for (const name of names) added.push(await client.addFile(new File([name], 'x'), name));
  const { task, result } = await checksum({ files: added.map(({ file_id }) => ({ file_id })) });
  expect(result.files.map(({ name }) => name)).toEqual(names);
  const sums = await (await client.output(task.task_id, 'SHA256SUMS')).text();
  expect(sums.split('\n').map((line) => line.slice(66))).toEqual([...names, '']);
});

/** A file that the browser knows by a handle; where it has no such thing, the File that stands for it. */
async function onDisk(check: Check, name: string, text: string): Promise<File | FileSystemFileHandle> {
  if (!navigator.storage?.getDirectory) return new File([text], name);
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle(name, { create: true });
  check.after(() => folder.removeEntry(name).catch(() => {}));
  const writable = await handle.createWritable();
  await writable.write(text);
  await writable.close();
  return handle;
}

test('a file is taken by its handle, or as a File where the browser has no handles', async (check) => {
  const source = await onDisk(check, 'by-handle.txt', 'abc');
  const { file_id, name, size } = await client.addFile(source);
  expect({ name, size }).toEqual({ name: 'by-handle.txt', size: 3 });
  const { result } = await checksum({ files: [{ file_id }] });
  expect(result.files[0]?.digest).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  const handle = await client.fileHandle(file_id);
  expect(handle?.name ?? null, 'the name of the handle').toBe(source instanceof File ? null : 'by-handle.txt');
});

test('a file that was copied has no handle', async () => {
  const { file_id } = await client.addFile(new File(['abc'], 'abc.txt'));
  expect(await client.fileHandle(file_id)).toBe(null);
  expect(await client.fileHandle('none'), 'the handle of no file').toBe(null);
});

test('a task waits for an input that is gone, and goes on when it is resumed with it there', async () => {
  const { file_id } = await client.addFile(new File(['abc'], 'abc.txt'));
  await client.removeFile(file_id);
  const { task_id } = await client.submit({ type: 'checksum', input: { files: [{ file_id }] } });
  for await (const { event, data } of client.watch(task_id)) if (event === 'message' && data.status === 'paused') break;
  expect(await client.get(task_id)).toHave({ paused: { reason: 'file-missing' } });
  expect((await client.resume(task_id)).status).toBe('pending');
  await client.cancel(task_id);
});

test('POST files takes a raw body with its type and name', async () => {
  const bytes = noise(100_000);
  const response = await ask('files?name=ra%C3%BCh.bin', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-raw' },
    body: bytes,
  });
  expect(response.status).toBe(201);
  const { file_id, ...rest } = await response.json();
  expect(rest).toEqual({ name: 'raüh.bin', size: 100_000, type: 'application/x-raw' });
  const back = await ask(`files/${file_id}`);
  expect(back.headers.get('Content-Type')).toBe('application/x-raw');
  expect(back.headers.get('Content-Length')).toBe('100000');
  expect(await digestOf(await back.arrayBuffer())).toBe(await digestOf(bytes));
});

test('what the client uploads it reads back', async () => {
  const { file_id, ...rest } = await client.upload(new Blob(['abc'], { type: 'text/x-letters' }), 'letters.txt');
  expect(rest).toEqual({ name: 'letters.txt', size: 3, type: 'text/x-letters' });
  const back = await client.file(file_id);
  expect(back.type).toBe('text/x-letters');
  expect(await back.text()).toBe('abc');
  await client.removeFile(file_id);
  expect(await client.file(file_id).catch((error: unknown) => error)).toHave({ name: 'HttpProblem', status: 404 });
});

test('POST files takes a form with one file', async () => {
  const form = new FormData();
  form.append('note', 'not a file');
  form.append('upload', new File(['abc'], 'a b.txt', { type: 'text/plain' }));
  const response = await ask('files', { method: 'POST', body: form });
  expect(response.status).toBe(201);
  const { file_id, ...rest } = await response.json();
  expect(rest).toEqual({ name: 'a b.txt', size: 3, type: 'text/plain' });
  expect(await (await ask(`files/${file_id}`)).text()).toBe('abc');
  const none = await ask('files', { method: 'POST', body: new FormData() });
  expect(none.status, 'a form without a file').toBe(422);
});

test('a file that is removed is gone: 404', async () => {
  const { file_id } = await client.upload(new Blob(['abc'], { type: 'text/plain' }), 'a.txt');
  expect((await send('DELETE', `files/${file_id}`)).status).toBe(204);
  expect((await ask(`files/${file_id}`)).status).toBe(404);
  expect((await send('DELETE', `files/${file_id}`)).status, 'the second time').toBe(404);
});

const BYTES = '0123456789';

test('a range is 206 with these bytes alone', async () => {
  const { task_id } = await run('leaflet', { name: 'ten.txt', type: 'text/plain', text: BYTES });
  const part = async (range: string) => {
    const response = await ask(`tasks/${task_id}/files/ten.txt`, { headers: { Range: range } });
    expect(response.status, range).toBe(206);
    const text = await response.text();
    expect(response.headers.get('Content-Length'), `the length of ${range}`).toBe(String(text.length));
    return `${response.headers.get('Content-Range')} ${text}`;
  };
  expect(await part('bytes=2-4')).toBe('bytes 2-4/10 234');
  expect(await part('bytes=7-')).toBe('bytes 7-9/10 789');
  expect(await part('bytes=7-99')).toBe('bytes 7-9/10 789');
  expect(await part('bytes=-3')).toBe('bytes 7-9/10 789');
  expect(await part('bytes=0-0')).toBe('bytes 0-0/10 0');
});

test('a range past the end is 416 with the size', async () => {
  const { file_id } = await client.upload(new Blob([BYTES]), 'ten.txt');
  const response = await ask(`files/${file_id}`, { headers: { Range: 'bytes=10-' } });
  expect(response.status).toBe(416);
  expect(response.headers.get('Content-Range')).toBe('bytes */10');
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
});

const PAGE = '<!doctype html><script>parent.postMessage("ran", "*")</script><p>read me</p>';

/** Sees that the browser gets this as a download that nothing can run in. */
async function expectDownload(path: string, name: string) {
  const response = await ask(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Disposition')).toBe(
    `attachment; filename="${name}"; filename*=UTF-8''${encodeURIComponent(name)}`,
  );
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(response.headers.get('Content-Security-Policy')).toBe('sandbox');
  expect(response.headers.get('Content-Type')).toBe('text/html');
  expect(await response.text()).toBe(PAGE);
}

test('an output and an input that are pages of HTML are served as downloads', async () => {
  const { task_id } = await run('leaflet', { name: 'page.html', type: 'text/html', text: PAGE });
  await expectDownload(`tasks/${task_id}/files/page.html`, 'page.html');
  const { file_id } = await client.upload(new Blob([PAGE], { type: 'text/html' }), 'page.html');
  await expectDownload(`files/${file_id}`, 'page.html');
});

/** Shows a body in a frame under these headers; resolves with whether a script in it ran. */
async function runs(check: Check, headers: Record<string, string>): Promise<boolean> {
  const key = crypto.randomUUID();
  await ask(`wire/kept/${key}?${new URLSearchParams(headers)}`, { method: 'POST', body: PAGE });
  const frame = document.createElement('iframe');
  check.after(() => frame.remove());
  let ran = false;
  addEventListener(
    'message',
    ({ data, source }) => {
      if (data === 'ran' && source === frame.contentWindow) ran = true;
    },
    { signal: check.signal },
  );
  frame.src = at(`wire/kept/${key}`);
  document.body.append(frame);
  await new Promise((loaded) => frame.addEventListener('load', loaded, { once: true }));
  // A message that was sent before the load event is here after another round.
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
  return ran;
}

test('a script in a file could not run even if the browser showed it as a page', async (check) => {
  const { file_id } = await client.upload(new Blob([PAGE], { type: 'text/html' }), 'page.html');
  const { headers } = await ask(`files/${file_id}`);
  const shown = { 'Content-Type': headers.get('Content-Type') ?? '' };
  expect(await runs(check, shown), 'without the policy').toBe(true);
  const policy = headers.get('Content-Security-Policy') ?? '';
  expect(await runs(check, { ...shown, 'Content-Security-Policy': policy }), 'with the policy').toBe(false);
});

test('a file that says it is HTML is not taken for a script', async (check) => {
  const { file_id } = await client.upload(new Blob(['globalThis.ran = true'], { type: 'text/html' }), 'x.html');
  const script = document.createElement('script');
  script.src = at(`files/${file_id}`);
  check.after(() => script.remove());
  const loaded = new Promise<string>((resolve) => {
    script.onload = () => resolve('loaded');
    script.onerror = () => resolve('refused');
  });
  document.head.append(script);
  expect(await loaded).toBe('refused');
  expect(Reflect.has(globalThis, 'ran'), 'whether it ran').toBe(false);
});

test('a name of any kind survives the way into a file and out of it', async () => {
  const name = `"a" b%2F'ü'日(1)*.txt`;
  const { task_id, files } = await run('leaflet', { name, type: 'text/plain', text: 'abc' });
  expect(files).toEqual([{ name, size: 3, type: 'text/plain' }]);
  const response = await fetch(client.outputUrl(task_id, name));
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Disposition')).toMatch(
    /^attachment; filename="[\x20-\x7e]+"; filename\*=UTF-8''[\w.%~-]+$/,
  );
  expect(await response.text()).toBe('abc');
});

test('a canceled task leaves no output file', async () => {
  const { task_id } = await client.submit({ type: 'ledger', input: { lines: 1_000, line_ms: 20 } });
  for await (const { event, data } of client.watch(task_id)) if (event === 'message' && data.done > 3) break;
  await client.cancel(task_id);
  expect((await ask(`tasks/${task_id}/files/ledger.txt`)).status).toBe(404);
  expect((await client.get(task_id)).files).toEqual([]);
});

aside('a file that never came to the service worker is handed over again', async (check) => {
  const { postMessage } = ServiceWorker.prototype;
  let lost = 0;
  ServiceWorker.prototype.postMessage = function (this: ServiceWorker, ...given: unknown[]) {
    const [message] = given;
    const isIt = typeof message === 'object' && message !== null && 'name' in message && message.name === 'lost.txt';
    if (isIt && lost === 0) lost += 1;
    else Reflect.apply(postMessage, this, given);
  } as typeof postMessage;
  check.after(() => {
    ServiceWorker.prototype.postMessage = postMessage;
  });
  const file = await client.addFile(new File(['abc'], 'lost.txt'));
  expect(lost).toBe(1);
  expect(file.size).toBe(3);
});
