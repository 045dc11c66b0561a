/** Pictures that several threads make at a time: more than a machine of two cores has by itself. */
import { join } from 'node:path';
import { chromium, type Page, type Worker } from '@playwright/test';
import { peakMemory } from '../../scripts/memory.mjs';
import { expect, finished, MiB, open, outputSums, submit, test, watchFaults } from './app.ts';

const WORKER_BYTES = 256 * MiB;
/** One fewer threads than a machine has processors, four at most. */
const ONE_THREAD = 2;
const FOUR_THREADS = 5;

/** So many different JPEG of three megapixels, of noise and color; a small one first. */
const photos = (page: Page, count: number) =>
  page.evaluate(async (count) => {
    const files: { file_id: string }[] = [];
    for (let n = 0; n <= count; n += 1) {
      const [width, height] = n === 0 ? [1, 1] : [2_000, 1_500];
      const context = new OffscreenCanvas(width, height).getContext('2d');
      if (!context) throw new Error('no canvas');
      const image = context.createImageData(width, height);
      for (let at = 0, x = n; at < image.data.length; at += 1) {
        x = (Math.imul(x, 1664525) + 1013904223) | 0;
        image.data[at] = at % 4 === 3 ? 255 : ((at / 4000) % 200) + (x >>> 27);
      }
      context.putImageData(image, 0, 0);
      const blob = await context.canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
      const { file_id } = await globalThis.holdfast.addFile(new File([blob], `${n}.jpg`));
      files.push({ file_id });
    }
    return { small: files.slice(0, 1), files: files.slice(1) };
  }, count);

/** Has the job's worker, which is there once a task has ended, believe in so many processors. */
async function believe(page: Page, processors: number): Promise<void> {
  for (const worker of page.workers()) {
    if ((await worker.evaluate(() => self.name)) !== 'holdfast job') continue;
    await worker.evaluate(
      (value) => Object.defineProperty(navigator, 'hardwareConcurrency', { value, configurable: true }),
      processors,
    );
    return;
  }
  throw new Error('no worker of a job');
}

/** The most threads that there are at once. */
function threadsOf(page: Page) {
  let [now, most] = [0, 0];
  page.on('worker', (worker: Worker) => {
    if (!worker.url().includes('picture.worker')) return;
    now += 1;
    most = Math.max(most, now);
    worker.on('close', () => {
      now -= 1;
    });
  });
  return () => most;
}

/** What a task of pictures wrote. */
async function madeOf(page: Page, input: object) {
  const { task_id } = await submit(page, 'images', input);
  expect(await finished(page, task_id)).toMatchObject({ status: 'completed', result: { failed: 0 } });
  return outputSums(page, task_id);
}

for (const { what, count, wish } of [
  { what: 'JPEG', count: 24, wish: { to: 'jpeg' } },
  { what: 'the best JPEG', count: 8, wish: { to: 'jpeg', best: true } },
  { what: 'AVIF', count: 8, wish: { to: 'avif', percent: 80 } },
]) {
  test(`several threads make ${what} in bounded memory, and what one makes`, async ({
    site,
    profile,
    launchOptions,
  }) => {
    test.skip(process.platform !== 'linux', 'only Linux tells how much memory there was');
    const context = await chromium.launchPersistentContext(join(profile, 'browser'), launchOptions);
    const faults = watchFaults(context);
    const page = await open(await context.newPage(), site.url);
    const threads = threadsOf(page);
    const { small, files } = await photos(page, count);
    await madeOf(page, { ...wish, files: small });
    await believe(page, FOUR_THREADS);
    peakMemory(profile);
    const idle = peakMemory(profile) ?? 0;
    const many = await madeOf(page, { ...wish, files });
    const more = ((peakMemory(profile) ?? Number.POSITIVE_INFINITY) - idle) * MiB;
    test
      .info()
      .annotations.push({ type: 'memory', description: `${Math.round(more / MiB)} MiB, ${threads()} threads` });
    expect(threads()).toBeGreaterThan(1);
    expect(more).toBeLessThan(WORKER_BYTES);
    await believe(page, ONE_THREAD);
    expect(await madeOf(page, { ...wish, files })).toEqual(many);
    await context.close();
    expect(faults).toEqual([]);
  });
}
