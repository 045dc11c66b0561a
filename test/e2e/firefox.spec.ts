/** From one engine to another: what Chromium has begun, Firefox ends, to the same bytes. */
import type { Page } from '@playwright/test';
import { firefox } from '@playwright/test';
import { findFirefox } from '../../scripts/browser.mjs';
import { startFirefox } from '../../scripts/engines/marionette.mjs';
import type { Task } from '../../src/client/index.ts';
import {
  checkpointed,
  expect,
  finished,
  get,
  type LogEvent,
  logOf,
  open,
  outputSums,
  statesOf,
  submitLongChecksum,
  submitLongTable,
  test,
} from './app.ts';

const LIMIT_MS = 60_000;

// Playwright's own Firefox speaks no Marionette.
const executable = findFirefox();
const isThere = executable !== undefined && executable !== firefox.executablePath();

/** A tab of Firefox, whose page is asked by text: what it says comes back as JSON. */
async function openFirefox(executable: string, url: string) {
  const { call, end } = await startFirefox(executable, {}, LIMIT_MS);
  await call('WebDriver:Navigate', { url });
  async function ask<T>(expression: string): Promise<T> {
    const script = `const done = arguments[0];
      (async () => ${expression})().then((value) => done(JSON.stringify({ value })), (error) => done(JSON.stringify({ error: String(error) })))`;
    const answer = JSON.parse((await call('WebDriver:ExecuteAsyncScript', { script, args: [] })).value);
    if (answer.error) throw new Error(answer.error);
    return answer.value;
  }
  const find = async (css: string): Promise<string> => {
    const { value } = await call('WebDriver:FindElement', { using: 'css selector', value: css });
    return String(Object.values(value)[0]);
  };
  return {
    ask,
    end,
    choose: async (css: string, path: string) => call('WebDriver:ElementSendKeys', { id: await find(css), text: path }),
    text: async (css: string): Promise<string> => {
      const id = await find(css).catch(() => null);
      if (id === null) return '';
      // The page may have drawn it anew meanwhile: who wants to know asks again.
      return call('WebDriver:GetElementText', { id }).then(
        ({ value }) => value,
        (error: Error) => {
          if (!error.message.includes('stale element')) throw error;
          return '';
        },
      );
    },
  };
}

async function exported(page: Page): Promise<string> {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await page.reload();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export everything' }).click();
  return (await download).path();
}

test('tasks that Chromium has begun are ended by Firefox from their checkpoints, with the same numbers and bytes', async ({
  page,
  site,
  random,
}) => {
  test.skip(!isThere, 'There is no Firefox here.');
  await open(page, `${site.url}#/system`);
  await page.evaluate(() => globalThis.holdfast.configure({ running_limit: 2 }));
  const table = await submitLongTable(page);
  const { task: sums } = await submitLongChecksum(page, random);
  const begun = await Promise.all([table, sums].map(({ task_id }) => checkpointed(page, task_id)));
  await Promise.all([table, sums].map(({ task_id }) => page.evaluate((id) => globalThis.holdfast.pause(id), task_id)));
  const logs = await Promise.all([table, sums].map(({ task_id }) => logOf(page, task_id)));
  const path = await exported(page);

  const other = await openFirefox(executable ?? '', `${site.url}#/system`);
  try {
    await expect.poll(() => other.ask<boolean>('!!document.querySelector("#import-file")')).toBe(true);
    await other.choose('#import-file', path);
    await expect.poll(() => other.text('#transfer [role=status]')).toBe('Imported: 2 tasks.');
    for (const [i, { task_id }] of [table, sums].entries()) {
      await other.ask(`holdfast.resume(${JSON.stringify(task_id)}).then(() => null)`);
      await page.evaluate((id) => globalThis.holdfast.resume(id), task_id);
      const there = () => other.ask<Task>(`holdfast.get(${JSON.stringify(task_id)})`);
      await expect.poll(async () => (await there()).status, { timeout: LIMIT_MS }).toBe('completed');
      await finished(page, task_id);
      const here = await get(page, task_id);
      const end = await there();
      expect(end.result).toEqual(here.result);
      const log = (await other.ask<{ events: LogEvent[] }>(`holdfast.log(${JSON.stringify(task_id)}, 0, 10000)`))
        .events;
      expect(log.slice(0, logs[i]?.length)).toEqual(logs[i]);
      expect(Math.min(...statesOf(log, 2).map(({ done }) => done))).toBeGreaterThanOrEqual(begun[i] ?? 0);
      const digests = await Promise.all(
        end.files.map(async ({ name }) => ({
          name,
          sha256: await other.ask<string>(`(async () => {
            const blob = await holdfast.output(${JSON.stringify(task_id)}, ${JSON.stringify(name)});
            const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
            return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
          })()`),
        })),
      );
      expect(digests).toEqual(await outputSums(page, task_id));
    }
  } finally {
    await other.end();
  }
});

test('Firefox shows the wire, the server and the faults of a task, and survives one', { tag: '@long' }, async ({
  site,
}) => {
  test.skip(!isThere, 'There is no Firefox here.');
  const other = await openFirefox(executable ?? '', `${site.url}#/system`);
  const go = (hash: string) => other.ask<null>(`(location.hash = ${JSON.stringify(hash)}, null)`);
  const shown = (css: string) => expect.poll(() => other.text(css));
  const press = (...names: string[]) =>
    other.ask<null>(`(${JSON.stringify(names)}.forEach((name) =>
      [...document.querySelectorAll('button')].find((each) => each.textContent === name).click()), null)`);
  try {
    await shown('h1').toBe('System');
    await shown('#server').toContain('in control of this page');
    await shown('#work').toContain('This tab');
    const { task_id } = await other.ask<Task>(
      "(async () => { while (!globalThis.holdfast) await new Promise(requestAnimationFrame); return holdfast.submit({ type: 'countdown', input: { steps: 3, step_ms: 100 } }); })()",
    );
    await go(`#/tasks/${task_id}/wire`);
    await shown('main').toContain('event: complete');
    await go('#/lessons');
    await shown('h1').toBe('Server-Sent Events in five minutes');
    await go('#/system/break');
    await shown('h1').toBe('Break it on purpose');
    await other.ask<null>(
      "(() => { const length = document.querySelector('main select'); length.value = 'short'; length.dispatchEvent(new Event('change')); return null; })()",
    );
    await press('Start a checksum');
    await expect
      .poll(() => other.ask<string>("(await holdfast.list({ status: ['running'] })).tasks[0]?.status ?? ''"))
      .toBe('running');
    await shown('[aria-labelledby=faults-title]').not.toContain('needs a task that runs in this tab');
    await press('Cut all streams', 'Terminate the job’s worker');
    await shown('[aria-labelledby=made-title]').toMatch(/(went on after.*){2}/s);
    await shown('[aria-labelledby=made-title]').toContain('attempt 2');
    await shown('.verdict').toContain('The digests are right');
    expect(await other.text('[aria-labelledby=invariants-title]')).toMatch(/(holds.*){10}/s);
  } finally {
    await other.end();
  }
});
