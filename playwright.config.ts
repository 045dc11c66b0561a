import { defineConfig } from '@playwright/test';
import { launchOptions } from './scripts/browser.mjs';

// No webServer: a test starts its own with serve() from scripts/serve.mjs, so it can also stop it.
export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  // Many times what any test takes alone: a busy machine is no failure.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    browserName: 'chromium',
    // A film of every page takes longer to make than most of what it shows (measured: 60 s for a test of 9 s).
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    launchOptions: launchOptions(),
  },
});
