/** The page of the hostile jobs, built once a worker, each test on an origin of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../../scripts/serve.mjs';
import type { Site } from '../app.ts';
import { test as base, type Fixtures, type WorkerFixtures } from '../app.ts';
import { buildHostile } from './build.ts';

export type { Fixtures, WorkerFixtures };

export const test = base.extend<{ hostileSite: Site }, { built: string }>({
  built: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that it has to make from the pattern.
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'holdfast-hostile-'));
      await buildHostile(folder);
      await use(folder);
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  hostileSite: async ({ built }, use) => {
    const site = await serve({ root: built });
    await use(site);
    await site.close();
  },
});
