/** The wire of a task and the lessons, as a person uses them. */
import type { Locator, Page } from '@playwright/test';
import { stopServiceWorker } from '../../scripts/stop-service-worker.mjs';
import { namesFor } from '../../src/core/names.ts';
import { fold, type Segment, type TaskEvent, toWire } from '../../src/core/task.ts';
import { addText, expect, finished, list, logOf, open, submit, test, upTo } from './app.ts';

const frames = (page: Page): Locator => page.getByRole('list', { name: 'Frames, the oldest first' });
const status = (page: Page): Locator => page.getByRole('region', { name: 'Frames' }).getByRole('status');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** The text of the frames that are shown, without what the page says of them. */
const textShown = (page: Page): Promise<string> =>
  frames(page).evaluate((box) =>
    [...box.querySelectorAll('[data-kind="frame"] .line')]
      .map((line) => [...line.childNodes].map((node) => (node.nodeName === 'I' ? '' : node.textContent)).join(''))
      .join(''),
  );

/** The ids in the frames that are shown, in order. */
const idsShown = async (page: Page): Promise<string[]> =>
  [...(await textShown(page)).matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '');

async function openWire(page: Page, task_id: string) {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/tasks/${task_id}/wire`);
  await expect(page.getByRole('heading', { level: 1, name: /^Wire of/ })).toBeVisible();
}

/** A task's events as they lie in the database. */
const eventsOf = async (page: Page, scope: string, task_id: string): Promise<TaskEvent[]> => {
  const segments: Segment[] = await page.evaluate(
    ([task_id, name]) =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const range = IDBKeyRange.bound([task_id, 1], [task_id, Number.MAX_SAFE_INTEGER]);
          const reading = opening.result.transaction('log').objectStore('log').getAll(range);
          reading.onerror = () => reject(reading.error);
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result);
          };
        };
      }),
    [task_id, namesFor(scope).database] as const,
  );
  return segments.flatMap(({ events }) => events);
};

test('the frames are the very text of the stream, and a task leads to them', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 3, step_ms: 1 });
  await finished(page, task_id);
  const text = await page.evaluate(async (path) => (await fetch(path)).text(), `tasks/${task_id}/stream`);
  await page.goto(`${site.url}#/tasks/${task_id}`);
  await page.getByRole('link', { name: 'See its wire' }).click();
  await expect(status(page)).toContainText('Over');
  await expect(frames(page)).toContainText('the server has ended the stream');
  expect(await textShown(page)).toBe(text);
  await expect(frames(page)).toContainText(`GET /tasks/${task_id}/stream`);
  await expect(frames(page)).toContainText('content-type: text/event-stream');
  await expect(frames(page).getByText('wait 250 ms before coming back')).toBeVisible();
});

test('a connection that is dropped says what a client would do next, and goes on with nothing missing or twice', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 20 });
  await openWire(page, task_id);
  for (let round = 1; round <= 3; round += 1) {
    const before = (await idsShown(page)).length;
    await expect.poll(async () => (await idsShown(page)).length).toBeGreaterThan(before + 2);
    await button(page, 'Drop the connection').click();
    const last = (await idsShown(page)).at(-1);
    await expect(status(page)).toContainText(
      `wait 250 ms (the last retry) and then ask again, with Last-Event-ID: ${last}.`,
    );
    expect((await idsShown(page)).at(-1)).toBe(last);
    await button(page, `Go on after ${last}`).click();
    await expect(frames(page)).toContainText(`Last-Event-ID: ${last}`);
  }
  await expect(status(page)).toContainText('Open');
  const ids = await idsShown(page);
  expect(ids).toEqual(upTo(ids.length));
  await button(page, 'Cancel').click();
  await expect(status(page)).toContainText('Over');
  await expect(frames(page)).toContainText('event: complete');
});

test('a service worker that is stopped breaks the connection, which comes back by itself after the last id', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 20 });
  await openWire(page, task_id);
  await expect(frames(page)).toContainText('id: 5');
  await stopServiceWorker(page);
  await expect(frames(page)).toContainText(/the connection broke|the server has ended the stream/);
  await expect(frames(page)).toContainText(/Last-Event-ID: \d+/);
  await expect(status(page)).toContainText('Open');
  const before = (await idsShown(page)).length;
  await expect.poll(async () => (await idsShown(page)).length).toBeGreaterThan(before + 2);
  const ids = await idsShown(page);
  expect(ids).toEqual(upTo(ids.length));
});

test('the wire of a task that is retried goes on', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 2, step_ms: 1, fail_at: 2 });
  const { last_event_id } = await finished(page, task_id);
  await openWire(page, task_id);
  await expect(status(page)).toContainText('Over');
  await button(page, 'Retry').click();
  await expect(frames(page)).toContainText(`Last-Event-ID: ${last_event_id}`);
  await expect.poll(async () => (await idsShown(page)).length).toBeGreaterThan(Number(last_event_id) + 2);
  await expect(status(page)).toContainText('Over');
  const ids = await idsShown(page);
  expect(ids).toEqual(upTo(ids.length));
});

test('it is resumed from the id that somebody names, and a nonsense is refused in words', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 5, step_ms: 1 });
  const { last_event_id } = await finished(page, task_id);
  await openWire(page, task_id);
  await expect(status(page)).toContainText('Over');
  const resumeFrom = async (id: string) => {
    await button(page, 'Clear').click();
    await page.getByRole('textbox', { name: 'Resume from id' }).fill(id);
    await page.keyboard.press('Enter');
  };
  await resumeFrom('4');
  await expect(frames(page)).toContainText('Last-Event-ID: 4');
  await expect.poll(() => idsShown(page)).toEqual(upTo(Number(last_event_id)).slice(4));
  await resumeFrom('not an id');
  await expect(status(page)).toContainText('Refused');
  await expect(frames(page)).toContainText('is not an event id of this stream.');
  await resumeFrom(last_event_id);
  await expect(frames(page)).toContainText('204');
});

test('the scrubber at event N shows a fresh fold of the first N events, by pointer and by keyboard', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 4, step_ms: 1, fail_at: 3 });
  await finished(page, task_id);
  await page.evaluate((task_id) => globalThis.holdfast.retry(task_id, 'start'), task_id);
  await finished(page, task_id);
  const events = await eventsOf(page, site.url, task_id);
  await openWire(page, task_id);
  const place = page.getByRole('spinbutton', { name: 'Number of the event' });
  const slider = page.getByRole('slider', { name: 'Event' });
  const table = page.locator('[data-event]:not(li)');
  const shown = async (n: number) => {
    await expect(place).toHaveValue(String(n));
    await expect(table).toHaveAttribute('data-event', String(n));
    const rows = await table
      .locator('div')
      .evaluateAll((rows) =>
        rows.map(
          (row) => [row.querySelector('dt')?.firstChild?.textContent, row.querySelector('code')?.textContent] as const,
        ),
      );
    return Object.fromEntries(rows.map(([name, value]) => [name, JSON.parse(value ?? '')]));
  };
  const folded = (n: number) => {
    const task = fold(null, events.slice(0, n));
    return task && toWire(task);
  };
  expect(await shown(events.length)).toEqual(folded(events.length));
  for (const { n } of events) {
    await place.fill(String(n));
    await page.keyboard.press('Enter');
    expect(await shown(n)).toEqual(folded(n));
  }
  await slider.focus();
  await page.keyboard.press('Home');
  expect(await shown(1)).toEqual(folded(1));
  await page.keyboard.press('ArrowRight');
  expect(await shown(2)).toEqual(folded(2));
  await button(page, 'One event on').click();
  expect(await shown(3)).toEqual(folded(3));
  await page.getByRole('button', { name: 'id 5', exact: true }).click();
  expect(await shown(5)).toEqual(folded(5));
  await place.fill('999');
  await page.keyboard.press('Enter');
  expect(await shown(events.length)).toEqual(folded(events.length));
});

test('a number that somebody types is left alone by the events that come meanwhile', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 20 });
  await openWire(page, task_id);
  const place = page.getByRole('spinbutton', { name: 'Number of the event' });
  const newest = async () => Number(await place.getAttribute('max'));
  await expect.poll(newest).toBeGreaterThan(2);
  await place.selectText();
  const selected = await newest();
  await expect.poll(newest).toBeGreaterThan(selected);
  await page.keyboard.type('2');
  const before = await newest();
  await expect.poll(newest).toBeGreaterThan(before);
  await expect(place).toHaveValue('2');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-event]:not(li)')).toHaveAttribute('data-event', '2');
});

test('each of the copied programs runs as it is, and gets the events that it asks for', async ({
  page,
  site,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 3, step_ms: 1 });
  const { last_event_id } = await finished(page, task_id);
  await openWire(page, task_id);
  const place = page.getByRole('spinbutton', { name: 'Number of the event' });
  await place.fill('3');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-event]:not(li)')).toHaveAttribute('data-event', '3');
  for (const kind of ['fetch', 'watch', 'EventSource']) {
    await page.getByRole('radio', { name: kind }).check({ force: true });
    await button(page, `Copy the lines with ${kind}`).click();
    // As the console runs it: the page's own policy allows no code from text.
    const said: string = await page.evaluate(`(async () => {
      const said = [];
      let over;
      const end = new Promise((resolve) => { over = resolve; });
      const console = { log(...words) {
        said.push(words.join(' '));
        if (/\\bcomplete\\b/.test(words.join(' '))) over();
      } };
      ${await page.evaluate(() => navigator.clipboard.readText())}
      await end;
      return said.join('\\n');
    })()`);
    const numbers = kind === 'fetch' ? said.matchAll(/^id: (\d+)/gm) : said.matchAll(/^(\d+) \S*/gm);
    const ids = [...new Set([...numbers].map(([, id]) => id))];
    expect([kind, ids]).toEqual([kind, upTo(Number(last_event_id)).slice(3)]);
  }
});

test('an EventSource beside it gets the same events as calls, and says how it is', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 3, step_ms: 1 });
  await finished(page, task_id);
  const log = await logOf(page, task_id);
  await openWire(page, task_id);
  await button(page, 'Open an EventSource').click();
  const calls = page.getByRole('list', { name: 'Calls of the program, the oldest first' });
  await expect(calls).toContainText('complete');
  // The stream's long retry holds it back: it waits to come back, and does not come.
  await expect(page.getByText('readyState 0')).toBeVisible();
  await expect(calls.locator('strong')).toHaveText([
    'onopen',
    ...log.map(({ event }) => (event === 'message' ? 'onmessage' : event)),
    'onerror',
  ]);
  await button(page, 'Close it').click();
  await expect(page.getByText('There is none.')).toBeVisible();
});

test('names and messages from anywhere are text: no element, no turned line, no wider page', async ({ page, site }) => {
  await open(page, site.url);
  await page.setViewportSize({ width: 320, height: 640 });
  const name = `<img src=x onerror="document.title='owned'">\u202ecod.exe${'long'.repeat(2_000)}.txt`;
  const { file_id } = await addText(page, name, 'x');
  const task = await page.evaluate(
    ([file_id, tag]) => holdfast.submit({ type: 'checksum', input: { files: [{ file_id }] }, tags: [tag] }),
    [file_id, '</script><b>\u2066x\r\nid: 99\n\n'] as const,
  );
  await finished(page, task.task_id);
  await openWire(page, task.task_id);
  await expect(status(page)).toContainText('Over');
  await button(page, 'Open an EventSource').click();
  await expect(page.getByRole('list', { name: 'Calls of the program, the oldest first' })).toContainText('complete');
  const more = button(page, /^Show [\d,]+ more characters$/).first();
  await more.click();
  const main = page.getByRole('main');
  await expect(main.locator('img, script, b:not(.line > b)')).toHaveCount(0);
  await expect(main.getByText('U+202E').first()).toBeVisible();
  await expect(main.getByText('U+2066').first()).toBeVisible();
  expect(await page.title()).toBe('Holdfast');
  expect(await main.evaluate((element) => element.textContent?.match(/[\u202a-\u202e\u2066-\u2069]/))).toBeNull();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  expect(await idsShown(page)).toEqual(upTo((await idsShown(page)).length));
  await page.goto(`${site.url}#/tasks/${encodeURIComponent('<img src=x>')}/wire`);
  await expect(page.getByRole('heading', { name: 'This task is not here' })).toBeVisible();
});

test.describe('lessons', () => {
  test.beforeEach(async ({ page, site }) => {
    await open(page, site.url);
    await page.getByRole('link', { name: 'Lessons' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  });

  const lesson = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

  test('named events are on the wire, and go to the functions of their names', async ({ page }) => {
    const card = lesson(page, '2. Named events');
    await card.getByRole('button', { name: 'Start' }).click();
    await expect(card.getByRole('status')).toHaveText('The server has sent everything and ended the stream.');
    await expect(card.getByRole('list', { name: /^On the wire/ })).toContainText('event: progress');
    const calls = card.getByRole('list', { name: /^In the program/ }).locator('strong');
    await expect(calls).toHaveText(['onopen', 'progress', 'complete', 'onerror']);
    await expect(card.getByRole('button', { name: 'Start again' })).toBeVisible();
  });

  test('after a loss the ids go on where they were, on the wire and in the program', async ({ page }) => {
    const card = lesson(page, '3. Ids, and going on after a loss');
    await card.getByRole('button', { name: 'Start' }).click();
    const wire = card.getByRole('list', { name: /^On the wire/ });
    await expect(wire).toContainText('id: 1');
    await card.getByRole('button', { name: 'Drop the connection' }).click();
    await expect(card.getByRole('status')).toContainText(/comes back with Last-Event-ID: \d+\.$/);
    const last = Number((await card.getByRole('status').textContent())?.match(/(\d+)\.$/)?.[1]);
    await card.getByRole('button', { name: 'Resume' }).click();
    await expect(wire).toContainText(`Last-Event-ID: ${last}`);
    await expect(wire).toContainText(`id: ${last + 1}`);
    const program = card.getByRole('list', { name: /^In the program/ });
    await expect(program).toContainText(`lastEventId ${last + 1}`);
    await expect(program).not.toContainText('lastEventId 0');
    await card.getByRole('button', { name: 'Drop the connection' }).click();
  });

  test('they lead to the wire of a real task', async ({ page }) => {
    await button(page, 'Start a task and watch its wire').click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Wire of Countdown');
    await expect(frames(page)).toContainText('"status":"running"');
    const { tasks } = await list(page);
    expect(tasks).toHaveLength(1);
  });

  test('who leaves takes the streams along', async ({ page }) => {
    const card = lesson(page, '1. Messages');
    await card.getByRole('button', { name: 'Start' }).click();
    await expect(card.getByRole('list', { name: /^On the wire/ })).toContainText('"count":0');
    await expect(card.getByRole('list', { name: /^In the program/ })).toContainText('"count":0');
    const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/stream'));
    await page.getByRole('link', { name: 'Tasks' }).click();
    await ended;
  });
});
