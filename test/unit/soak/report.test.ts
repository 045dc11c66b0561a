import { expect, test } from 'vitest';
import { judge } from '../../soak/judge.mjs';
import { table } from '../../soak/report.mjs';

test('every line is in the table, also one that was hardly measured', () => {
  const flat = [1_200, 1_200, 1_200].map((value, at) => ({ at, value }));
  const lines = [
    { name: 'rows', ...judge(flat) },
    { name: 'handles', ...judge(flat.slice(2)) },
  ];
  expect(table(lines)).toBe(
    `
| what    | first | last  | mean  | an hour | error | allowed | seen from |                 |
| ------- | ----- | ----- | ----- | ------- | ----- | ------- | --------- | --------------- |
| rows    | 1,200 | 1,200 | 1,200 | 0       | 0     | 120     | 120       | flat            |
| handles | 1,200 | 1,200 | –     | –       | –     | –       | –         | too few samples |
`.trim(),
  );
});
