/** A CSV file of numbers, dates, words, and now and then a quoted cell. */
export function sales(bytes: number): File {
  const parts = ['id,name,price,bought,paid,note\n'];
  for (let row = 1, size = 0; size < bytes; row += 1) {
    const day = String(1 + (row % 28)).padStart(2, '0');
    const note = row % 10 === 0 ? `"note, ""${row}"""` : `début ${row % 977}`;
    const line = `${row},name ${row % 1000},${(row * 1.37).toFixed(2)},2024-02-${day},${row % 3 === 0},${note}\n`;
    size += line.length;
    parts.push(line);
  }
  return new File(parts, 'sales.csv', { type: 'text/csv' });
}
