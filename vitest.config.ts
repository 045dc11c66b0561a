import { defineConfig } from 'vitest/config';
import { define } from './vite.config.ts';

export default defineConfig({
  define,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: ['test/unit/**/*.test.{ts,tsx}'],
    environment: 'node',
    // Ten times what any test takes alone: a busy machine is no failure.
    testTimeout: 60_000,
    // Vitest leaves a core free, which on two is half of them.
    maxWorkers: '100%',
    setupFiles: ['test/unit/setup.ts'],
    allowOnly: !process.env.CI,
  },
});
