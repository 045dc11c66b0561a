/** Saving: where a picker says, or as a download. */
import { words } from './format.ts';
import type { Notices } from './notices-model.ts';
import { unlessLeft } from './sources.ts';
import { strings } from './strings.ts';

/** Saves a text that is made a part at a time. */
export async function saveAs(name: string, type: string, notices: Notices, parts: () => AsyncIterable<string>) {
  try {
    if (window.showSaveFilePicker) {
      const target = await unlessLeft(window.showSaveFilePicker({ suggestedName: name }));
      if (!target) return;
      await textStream(parts()).pipeTo(await target.createWritable());
      return;
    }
    const made: string[] = [];
    for await (const part of parts()) made.push(part);
    const link = Object.assign(document.createElement('a'), {
      href: URL.createObjectURL(new Blob(made, { type })),
      download: name,
    });
    link.click();
    // Not at once: the download has to have begun.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    notices.show(strings.notices.notSaved(name, words(error)));
  }
}

function textStream(parts: AsyncIterable<string>): ReadableStream<string> {
  const source = parts[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await source.return?.();
    },
  });
}

/** Writes an address's bytes to a file; `written` is told how many they are so far. */
export async function writeTo(
  target: FileSystemFileHandle,
  url: string,
  written?: (bytes: number) => void,
): Promise<void> {
  const [{ body, ok, status }, writable] = await Promise.all([fetch(url), target.createWritable()]);
  if (!ok || !body) {
    await writable.abort();
    throw new Error(`HTTP ${status}`);
  }
  let bytes = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      written?.(bytes);
      controller.enqueue(chunk);
    },
  });
  await body.pipeThrough(counted).pipeTo(writable);
}

/** Every file below `folder`, with the folders that its name has. `saved` is told of each. */
export async function writeAll(
  folder: FileSystemDirectoryHandle,
  files: readonly { name: string; url: string }[],
  saved: () => void,
): Promise<void> {
  for (const { name, url } of files) {
    // A picked folder takes no name that leads out of it: such parts are left out.
    const path = name.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
    const last = path.pop() ?? 'file';
    let inside = folder;
    for (const part of path) inside = await inside.getDirectoryHandle(part, { create: true });
    await writeTo(await inside.getFileHandle(last, { create: true }), url);
    saved();
  }
}
