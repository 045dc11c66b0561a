/** @typedef {import('./judge.mjs').Judged & { name: string }} Line */

/**
 * The report as a table that can be put into the README as it is.
 *
 * @param {readonly Line[]} lines
 */
export function table(lines) {
  const rows = lines.map(({ name, first, last, mean, hourly, error, allowed, seenFrom, verdict }) => [
    name,
    ...[first, last, mean, hourly, error, allowed, seenFrom].map(figure),
    verdict,
  ]);
  const cells = [['what', 'first', 'last', 'mean', 'an hour', 'error', 'allowed', 'seen from', ''], ...rows];
  const widths = cells[0]?.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const [head, ...body] = cells.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`);
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n');
}

const figure = (/** @type {number} */ value) =>
  Number.isNaN(value) ? '–' : value.toLocaleString('en', { maximumFractionDigits: 1 });
