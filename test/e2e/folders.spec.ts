import { serve } from '../../scripts/serve.mjs';
import { addText, digestsOf, dist, expect, finished, list, open, sha256, submit, test } from './app.ts';

for (const folder of ['/some/folder/', '/a space, ü & 100%/']) {
  test(`the sub-folder ${folder} of a static host will do`, async ({ page }) => {
    const site = await serve({ root: dist, mount: folder });
    const path = encodeURI(folder);
    await open(page, site.origin + path);
    expect(await page.evaluate(() => globalThis.holdfast.base)).toBe(site.origin + path);
    const { file_id } = await addText(page, 'a.txt', 'in a folder');
    const { task_id } = await submit(page, 'checksum', { files: [{ file_id }] });
    const task = await finished(page, task_id);
    expect(digestsOf(task)).toEqual([sha256('in a folder')]);
    const location = await page.evaluate(async () => {
      const body = JSON.stringify({ type: 'countdown', input: { steps: 1, step_ms: 0 } });
      const headers = { 'Content-Type': 'application/json' };
      return (await fetch('tasks', { method: 'POST', headers, body })).headers.get('Location');
    });
    expect(location?.slice(0, -36)).toBe(`${path}tasks/`);
    await page.reload();
    await site.close();
  });
}

for (const [one, other] of [
  ['/a/', '/b/'],
  ['/one/', '/one/two/'],
] as const) {
  test(`copies in ${one} and ${other} of one origin do not meet`, async ({ context }) => {
    const site = await serve({ mounts: { [one]: dist, [other]: dist } });
    const pages = [
      await open(await context.newPage(), site.origin + one),
      await open(await context.newPage(), site.origin + other),
    ];
    // At the same time, and for longer than either could take over what the other runs.
    const ids = await Promise.all(
      pages.map(async (page) => (await submit(page, 'countdown', { steps: 50, step_ms: 20 })).task_id),
    );
    const tasks = await Promise.all(pages.map((page, i) => finished(page, ids[i] ?? '')));
    for (const [i, page] of pages.entries()) {
      expect(tasks[i]).toMatchObject({ status: 'completed', attempt: 1 });
      expect((await list(page)).tasks.map(({ task_id }) => task_id)).toEqual([ids[i]]);
    }
    const [first, second] = tasks;
    expect(Date.parse(second?.started_at ?? '')).toBeLessThan(Date.parse(first?.finished_at ?? ''));
    expect(Date.parse(first?.started_at ?? '')).toBeLessThan(Date.parse(second?.finished_at ?? ''));
    await site.close();
  });
}
