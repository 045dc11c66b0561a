/**
 * Text that looks like a log's, about a mebibyte at a time: the same in a page and in Node.
 *
 * @param {number} bytes
 * @returns {Generator<string, void, void>}
 */
export function* logText(bytes) {
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
      yield text;
      text = '';
    }
  }
  yield text;
}
