/**
 * A table as plain text; the first line is its head.
 *
 * @param {string[][]} lines
 */
export function print(lines) {
  // A line of one cell is a note, and makes no column wide.
  const rows = lines.filter((line) => line.length > 1);
  const widths = lines[0]?.map((_, column) => Math.max(...rows.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
