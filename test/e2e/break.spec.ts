/** The view Breaking it on purpose: every button, on a checksum that runs. */
import type { Page } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import { dist, expect, expectWhole, logOf, open, test } from './app.ts';

const made = (page: Page) => page.getByRole('region', { name: 'What you broke' }).getByRole('listitem');
const counter = (page: Page) => page.getByRole('region', { name: 'Survived in this browser' });

/** Gives the task that is started next as much work as takes this machine some seconds: six faults have to fit in. */
async function lengthen(page: Page) {
  await page.evaluate(async (seconds) => {
    const client = globalThis.holdfast;
    const { file_id } = await client.addFile(new File([new Uint8Array(64 * 1024 * 1024)], 'measured'));
    const began = performance.now();
    const { task_id } = await client.submit({
      type: 'checksum',
      input: { files: Array.from({ length: 4 }, () => ({ file_id })) },
    });
    for await (const _ of client.watch(task_id));
    const copies = Math.max(8, Math.ceil((4 * 1000 * seconds) / (performance.now() - began)));
    const { submit } = client;
    client.submit = ({ input, ...rest }, key) => {
      client.submit = submit;
      const [file] = (input as { files: { file_id: string }[] }).files;
      return submit({ ...rest, input: { files: Array.from({ length: copies }, () => file) } }, key);
    };
  }, 6);
}

test('every fault, made in the middle of a checksum, is survived, and the digests are right', async ({
  page,
  site,
}) => {
  test.slow();
  await open(page, `${site.url}#/system/break`);
  await lengthen(page);
  await page.getByRole('button', { name: 'Start a checksum' }).click();
  const faults = [
    'Terminate the job’s worker',
    'Cut all streams',
    'Kill this tab’s executor',
    'Drop the database handles',
    'Block the executor for 5 s',
    'Reload in the middle',
  ];
  for (const [i, name] of faults.entries()) {
    const button = page.getByRole('button', { name });
    await expect(button).toHaveAttribute('aria-disabled', 'false');
    // As a keyboard does it.
    await button.press('Enter');
    await expect(made(page)).toHaveCount(i + 1);
    await expect(made(page).first()).toContainText(/went on after .+ with event \d+/);
    await expect(counter(page)).toContainText(`${i + 1} fault`);
  }
  // The rest of the work takes as long as the machine lets it.
  await expect(page.getByText('The digests are right')).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole('region', { name: 'What must hold' }).getByText('holds')).toHaveCount(10);
  await expect(page.getByText('What did not hold')).toBeHidden();
  const task_id =
    (await page.getByRole('link', { name: 'Open the task' }).getAttribute('href'))?.split('/').at(-1) ?? '';
  const log = await logOf(page, task_id);
  expectWhole(log);
  const attempts = log.flatMap(({ event, data }) => (event === 'message' ? [data.attempt] : []));
  expect(Math.max(...attempts)).toBe(4);

  // The next visit still knows how many it were.
  await page.reload();
  await expect(counter(page)).toContainText('6 faults');
  await expect(page.getByText('The digests are right')).toBeVisible();
});

test('requests that are lost cost no verdict', async ({ page, site }) => {
  await open(page, `${site.url}#/system/break`);
  await page.evaluate(() => {
    for (const name of ['get', 'log'] as const) {
      const whole: unknown = holdfast[name];
      // Of its first calls nothing comes back.
      let left = 3;
      Object.assign(holdfast, {
        [name]: () => {
          left -= 1;
          if (left === 0) Object.assign(holdfast, { [name]: whole });
          return Promise.reject(new TypeError('Failed to fetch'));
        },
      });
    }
  });
  await page.getByRole('button', { name: 'Start a checksum' }).click();
  await expect(page.getByText('The digests are right')).toBeVisible({ timeout: 90_000 });
});

test('a stranger’s page on the same origin can neither break nor erase', async ({ page, context }) => {
  const site = await serve({ root: dist, mount: '/app/' });
  await open(page, site.url);
  const stranger = await context.newPage();
  await stranger.route('**/elsewhere/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>x</title>' }),
  );
  await stranger.goto(new URL('/elsewhere/', site.url).href);
  const answers = await stranger.evaluate(async () => {
    const [registration] = await navigator.serviceWorker.getRegistrations();
    const ask = (message: object) =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data);
        registration?.active?.postMessage(message, [port2]);
      });
    return [await ask({ kind: 'erase' }), await ask({ kind: 'break', what: 'streams' })];
  });
  expect(answers).toEqual(Array(2).fill({ error: 'Only a page of this app may ask for that.' }));
  await site.close();
});
