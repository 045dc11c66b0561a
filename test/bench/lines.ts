/** A file of lines that look like a log's. */
export function lines(bytes: number): File {
  const words = ['GET', 'POST', '/tasks', '/files', 'ok', 'retry', 'late', 'user', 'done', 'début'];
  const parts: Blob[] = [];
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
    // As text it would fill the memory of the page.
    if (text.length > 1024 * 1024) {
      parts.push(new Blob([text]));
      text = '';
    }
  }
  return new File([...parts, text], 'lines.log');
}
