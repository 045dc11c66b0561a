import { expect, test } from 'vitest';
import { clientSize } from '../../../scripts/size.mjs';

test('the client with its dependencies is under 6 kB gzipped', { timeout: 120_000 }, async () => {
  const { minified, gzipped } = await clientSize();
  // Less would be a client without its parts.
  expect(gzipped).toBeGreaterThan(3_000);
  expect(gzipped).toBeLessThan(6_000);
  expect(minified).toBeGreaterThan(gzipped);
});
