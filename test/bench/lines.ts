/** Lines that look like a log's. */

/** In memory. */
export const lines = (bytes: number): File => new File([...pieces(bytes)], 'lines.log');

/** On the disk: Chromium 156 makes a blob of 400 MiB in memory, and then cannot read it (seen). */
export async function linesOnDisk(bytes: number): Promise<File> {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle('lines.log', { create: true });
  const file = await handle.createWritable();
  for (const piece of pieces(bytes)) await file.write(piece);
  await file.close();
  return handle.getFile();
}

/** A mebibyte at a time. As text all of it would fill the memory of the page. */
function* pieces(bytes: number): Generator<Blob, void, void> {
  const words = ['GET', 'POST', '/tasks', '/files', 'ok', 'retry', 'late', 'user', 'done', 'début'];
  let text = '';
  let x = 7;
  for (let size = 0, line = 1; size < bytes; line += 1) {
    text += `${line} `;
    const before = text.length;
    for (let word = 0; word < 8; word += 1) {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      text += `${words[x % words.length]}${x >>> 24} `;
    }
    text += '\n';
    size += text.length - before;
    if (text.length > 1024 * 1024) {
      yield new Blob([text]);
      text = '';
    }
  }
  yield new Blob([text]);
}
