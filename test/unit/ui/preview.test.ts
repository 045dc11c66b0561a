import { expect, test } from 'vitest';
import { kindOf, textIn } from '../../../src/ui/task/preview-kind.ts';

const file = (name: string, type = 'application/octet-stream') => kindOf({ name, type });

test.each([
  ['a.csv', 'text/csv;charset=utf-8', 'table'],
  ['harbour/ropes.tsv', undefined, 'table'],
  ['a.json', 'application/json', 'json'],
  ['matches.jsonl', 'application/jsonl', 'text'],
  ['SHA256SUMS', 'text/plain;charset=utf-8', 'text'],
  ['a.webp', 'image/webp', 'picture'],
])('%s of %s is shown as %s', (name, type, kind) => expect(file(name, type)).toBe(kind));

test('a page, a drawing that may hold scripts, and what only claims to be a picture are never shown as such', () => {
  expect(file('index.html', 'text/html')).toBe('text');
  expect(file('a.svg', 'image/svg+xml')).toBeNull();
  expect(file('a.png', 'application/octet-stream')).toBeNull();
  expect(file('a.zip', 'application/zip')).toBeNull();
});

test('text that the cut goes through keeps all but the half of a character; what is no text is none', () => {
  const bytes = new TextEncoder().encode('a ⚓');
  expect(textIn(bytes, true)).toBe('a ⚓');
  expect(textIn(bytes.subarray(0, -1), false)).toBe('a ');
  expect(textIn(bytes.subarray(0, -1), true)).toBeNull();
  expect(textIn(new Uint8Array([65, 0, 66]), true)).toBeNull();
  expect(textIn(new Uint8Array([0xff, 0xfe, 0xff]), true)).toBeNull();
});
