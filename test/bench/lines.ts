/** A file of lines that look like a log's. */
export function lines(bytes: number): File {
  const words = ['GET', 'POST', '/tasks', '/files', 'ok', 'retry', 'late', 'user', 'done', 'début'];
  const parts: string[] = [];
  let x = 7;
  for (let size = 0, line = 1; size < bytes; line += 1) {
    let text = `${line} `;
    for (let word = 0; word < 8; word += 1) {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      text += `${words[x % words.length]}${x >>> 24} `;
    }
    parts.push(`${text}\n`);
    size += text.length;
  }
  return new File(parts, 'lines.log');
}
