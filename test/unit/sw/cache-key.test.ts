import { expect, test, vi } from 'vitest';
import { createCacheKey } from 'workbox-precaching/utils/createCacheKey.js';
import { cacheKeyOf } from '../../../sw/cache-key.ts';

test.each([
  { url: 'index.html', revision: '0123456789abcdef0123456789abcdef' },
  { url: 'icons/a b.svg', revision: 'a1' },
  { url: 'assets/main-BfA3Hz.js', revision: null },
])('$url is looked for where Workbox keeps it', (file) => {
  const base = 'https://example.org/some/folder/';
  vi.stubGlobal('location', { href: `${base}sw.js` });
  const { cacheKey } = createCacheKey(file);
  vi.unstubAllGlobals();
  expect(cacheKeyOf(file, base)).toBe(cacheKey);
});
