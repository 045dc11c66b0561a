/** What a page of another origin can do to the app: nothing. It lives on another port, so it is of the same site, which is the harder case. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import { test as base, expect, finished, list, open, submit } from './app.ts';

declare global {
  var opened: Window;
}

const test = base.extend<{ stranger: Page; app: Page }>({
  app: async ({ context, site }, use) => use(await open(await context.newPage(), site.url)),
  stranger: async ({ context }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-stranger-'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>stranger</title>');
    const elsewhere = await serve({ root: folder });
    const page = await context.newPage();
    await page.goto(elsewhere.url);
    await use(page);
    await elsewhere.close();
    await rm(folder, { recursive: true, force: true });
  },
});

/** A task that runs for as long as the test does, and proof that nobody touched it. */
async function untouched(app: Page) {
  const { task_id } = await submit(app, 'countdown', { steps: 10_000, step_ms: 100 });
  return {
    task_id,
    async expect() {
      const { tasks } = await list(app);
      expect(tasks.map((task) => task.task_id)).toEqual([task_id]);
      expect(tasks[0]).toMatchObject({ cancel_requested_at: null, paused: null });
      expect(['pending', 'running']).toContain(tasks[0]?.status);
    },
  };
}

/** Resolves with the status of what the stranger's window shows after it was led there. */
async function shownBy(stranger: Page, lead: () => Promise<unknown>): Promise<number> {
  const answer = stranger.waitForResponse((response) => response.request().isNavigationRequest());
  const shown = stranger.waitForEvent('load');
  await lead();
  await shown;
  return (await answer).status();
}

/** Sends a form from the stranger's page. */
const sendForm = (stranger: Page, action: string, method: string, enctype: string) =>
  shownBy(stranger, () =>
    stranger.evaluate(
      ([action, method, enctype]) => {
        const form = Object.assign(document.createElement('form'), { action, method, enctype });
        const name = '{"type":"countdown","input":{"steps":1},"tags":["';
        form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value: '"]}' }));
        document.body.append(form);
        form.submit();
      },
      [action, method, enctype] as const,
    ),
  );

const followLink = (stranger: Page, href: string) =>
  shownBy(stranger, () =>
    stranger.evaluate((href) => Object.assign(document.createElement('a'), { href }).click(), href),
  );

for (const enctype of ['text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded']) {
  test(`a form of another site, sent as ${enctype}, starts and changes nothing`, async ({ app, site, stranger }) => {
    const task = await untouched(app);
    const back = stranger.url();
    for (const path of ['tasks', `tasks/${task.task_id}/cancel`, 'tasks/cancel?all=true', 'files?name=x', 'submit']) {
      expect([path, await sendForm(stranger, site.url + path, 'post', enctype)]).toEqual([path, 403]);
      await stranger.goto(back);
    }
    await task.expect();
  });
}

test('a navigation from another site changes nothing', async ({ app, site, stranger }) => {
  const task = await untouched(app);
  const back = stranger.url();
  for (const path of ['submit', 'tasks/cancel?all=true', `tasks/${task.task_id}/cancel`]) {
    expect([path, await sendForm(stranger, site.url + path, 'get', 'text/plain')]).toEqual([path, 405]);
    await stranger.goto(back);
    expect([path, await followLink(stranger, site.url + path)]).toEqual([path, 405]);
    await stranger.goto(back);
  }
  await task.expect();
});

test('requests of another site never reach the tasks, with whatever mode and method', async ({
  app,
  site,
  stranger,
}) => {
  const task = await untouched(app);
  const seen = await stranger.evaluate(
    async ([base, task_id]) => {
      const answers: string[] = [];
      for (const mode of ['no-cors', 'cors'] as const) {
        for (const [method, path] of [
          ['GET', 'tasks'],
          ['POST', 'tasks'],
          ['POST', `tasks/${task_id}/cancel`],
          ['POST', 'submit'],
          ['DELETE', `tasks/${task_id}`],
        ] as const) {
          const body = method === 'POST' ? '{"type":"countdown"}' : null;
          const answer = await fetch(base + path, { method, mode, body, credentials: 'include' }).then(
            (response) => response.type,
            (error: Error) => error.name,
          );
          answers.push(answer);
        }
      }
      navigator.sendBeacon(`${base}submit`, 'x');
      return [...new Set(answers)].sort();
    },
    [site.url, task.task_id] as const,
  );
  // Opaque: the static host's own refusal, of which nothing can be read.
  expect(seen).toEqual(['TypeError', 'opaque']);
  await task.expect();
});

test('another site cannot follow the tasks, nor load them as a script, a style or an image', async ({
  app,
  site,
  stranger,
}) => {
  const task = await untouched(app);
  const outcomes = await stranger.evaluate(
    async ([base, task_id]) => {
      const source = new EventSource(`${base}tasks/${task_id}/stream`);
      const followed = await new Promise<string>((resolve) => {
        source.onmessage = () => resolve('message');
        source.onerror = () => resolve('error');
      });
      const loaded = (element: HTMLScriptElement | HTMLLinkElement | HTMLImageElement) =>
        new Promise<string>((resolve) => {
          element.addEventListener('load', () => resolve('load'));
          element.addEventListener('error', () => resolve('error'));
          document.head.append(element);
        });
      const address = `${base}tasks/${task_id}`;
      return [
        followed,
        await loaded(Object.assign(document.createElement('script'), { src: address })),
        await loaded(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: address })),
        await loaded(Object.assign(document.createElement('img'), { src: `${address}/cancel` })),
      ];
    },
    [site.url, task.task_id] as const,
  );
  expect(outcomes).toEqual(['error', 'error', 'error', 'error']);
  await task.expect();
});

for (const path of ['', 'tasks', 'tasks/stream', 'tasks/types']) {
  test(`another site cannot frame ${path || 'the page'}`, async ({ app, site, stranger }) => {
    const task = await untouched(app);
    const framed = await stranger.evaluate(
      (address) =>
        new Promise<string>((resolve) => {
          const frame = Object.assign(document.createElement('iframe'), { src: address });
          frame.addEventListener('load', () => resolve('loaded'));
          document.body.append(frame);
        }),
      site.url + path,
    );
    expect(framed).toBe('loaded');
    // A frame that is refused shows the browser's own error page.
    expect(stranger.frames().map((frame) => frame.url())).toContain('chrome-error://chromewebdata/');
    const streams = () => app.evaluate(async () => (await globalThis.holdfast.health()).open_streams);
    // The page's own.
    await expect.poll(streams).toBe(1);
    await task.expect();
  });
}

test('a stream that is shown in a window is given free with it', async ({ app, context, site }) => {
  const streams = () => app.evaluate(async () => (await globalThis.holdfast.health()).open_streams);
  await expect.poll(streams).toBe(1);
  const page = await context.newPage();
  await page.goto(`${site.url}tasks/stream`, { waitUntil: 'commit' });
  await expect.poll(streams).toBe(2);
  await page.close();
  await expect.poll(streams).toBe(1);
});

test('what another site sends as a share is kept as a file at most, and starts nothing', async ({
  app,
  site,
  stranger,
}) => {
  const task = await untouched(app);
  expect(await sendForm(stranger, `${site.url}share`, 'post', 'multipart/form-data')).toBe(303);
  await task.expect();
});

/** What a page could be told to do, if it listened: what its executor and its service worker obey, then what it does itself. */
const KINDS = ['claim', 'end-streams', 'skip-waiting', 'stop', 'start', 'backend-started', 'import-progress', 'erased'];

/** The app in a window that another page opened, and has as `opened`. */
async function windowOf(page: Page, url: string): Promise<Page> {
  const opened = page.context().waitForEvent('page');
  await page.evaluate((address) => {
    const opened = window.open(address);
    if (opened) globalThis.opened = opened;
  }, url);
  const app = await opened;
  await app.waitForFunction(() => globalThis.holdfast !== undefined);
  return app;
}

test('a window that another site opened does not listen to it', async ({ app, site, stranger }) => {
  const task = await untouched(app);
  const page = await windowOf(stranger, site.url);
  const severed = await stranger.evaluate((kinds) => {
    for (const kind of kinds) globalThis.opened.postMessage({ kind, all: true }, '*');
    return globalThis.opened.closed;
  }, KINDS);
  // Cross-Origin-Opener-Policy has cut the tie between the two.
  expect(severed).toBe(true);
  expect(await page.evaluate(() => window.opener)).toBeNull();
  await task.expect();
});

test('nor does one that this origin opened itself listen to its messages', async ({ app, site }) => {
  // Its first load had no headers yet: the two would be strangers.
  await app.reload();
  await app.waitForFunction(() => globalThis.holdfast !== undefined);
  const task = await untouched(app);
  const page = await windowOf(app, `${site.url}#/tasks`);
  const row = page.locator(`li[data-task="${task.task_id}"]`);
  await expect(row).toBeVisible();
  const streams = () => page.evaluate(async () => (await globalThis.holdfast.health()).open_streams);
  // One of each window.
  await expect.poll(streams).toBe(2);
  const loaded = await page.evaluate(() => performance.timeOrigin);
  await app.evaluate(async (kinds) => {
    // They do come there.
    const heard = new Promise((resolve) =>
      globalThis.opened.addEventListener('message', ({ data }) => data.kind === kinds.at(-1) && resolve(data)),
    );
    for (const kind of kinds) globalThis.opened.postMessage({ kind, all: true, read: 1, size: 2 }, '*');
    await heard;
  }, KINDS);
  expect(await page.evaluate(() => window.opener !== null)).toBe(true);
  await expect(row).toBeVisible();
  expect([await page.evaluate(() => performance.timeOrigin), await streams()]).toEqual([loaded, 2]);
  await task.expect();
});

test('a file that is a page with a script is saved, not shown', async ({ app, context, site }) => {
  const file_id = await app.evaluate(async () => {
    const page = '<script>localStorage.stolen = 1</script>';
    return (await globalThis.holdfast.addFile(new File([page], 'page.html', { type: 'text/html' }))).file_id;
  });
  const page = await context.newPage();
  const download = page.waitForEvent('download');
  await page.goto(`${site.url}files/${file_id}`).catch(() => {});
  expect((await download).suggestedFilename()).toBe('page.html');
  expect(await app.evaluate(() => localStorage.stolen)).toBeUndefined();
});

test('nor is one that a job has put out', async ({ app, context, site }) => {
  const task_id = await app.evaluate(async () => {
    const page = new Blob(['<script>localStorage.stolen = 1</script>']);
    const packed = await new Response(page.stream().pipeThrough(new CompressionStream('gzip'))).blob();
    const { file_id } = await globalThis.holdfast.addFile(new File([packed], 'page.html.gz'));
    return (await globalThis.holdfast.submit({ type: 'extract', input: { files: [{ file_id }] } })).task_id;
  });
  const { files } = await finished(app, task_id);
  expect(files).toMatchObject([{ name: 'page.html' }]);
  const page = await context.newPage();
  const download = page.waitForEvent('download');
  await page.goto(`${site.url}tasks/${task_id}/files/page.html`).catch(() => {});
  expect((await download).suggestedFilename()).toBe('page.html');
  expect(await app.evaluate(() => localStorage.stolen)).toBeUndefined();
});

test('every file of the app comes with its policy, and the page’s own says the same', async ({ app, site }) => {
  const answer = await app.goto(site.url);
  const header = answer?.headers()['content-security-policy'] ?? '';
  const meta = await app.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(header).toBe(`${meta}; frame-ancestors 'self'`);
  const directives = new Map(header.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1)]));
  // No other site, nothing inline, and no text as code.
  expect(directives.get('script-src')).toEqual(["'self'", "'wasm-unsafe-eval'"]);
  for (const name of ['default-src', 'worker-src', 'connect-src', 'style-src', 'base-uri'])
    expect(directives.get(name), name).toEqual(["'self'"]);
  const scripts = await app.evaluate(async () => {
    const own = performance.getEntriesByType('resource').map(({ name }) => name);
    const wanted = own.filter((name) => name.endsWith('.js') && !name.endsWith('/sw.js'));
    return Promise.all(wanted.map(async (name) => (await fetch(name)).headers.get('Content-Security-Policy')));
  });
  expect(scripts.length).toBeGreaterThan(0);
  for (const policy of scripts) expect(policy).toBe(header);
});

test('a script that got into the page does not run, be it inline or of another site', async ({
  context,
  site,
  stranger,
}) => {
  const page = await context.newPage();
  const elsewhere = `${stranger.url()}stolen.js`;
  const got: string[] = [];
  await context.route(elsewhere, (route) => {
    got.push(route.request().url());
    return route.fulfill({ contentType: 'text/javascript', body: 'globalThis.stolen = 1' });
  });
  await page.route(site.url, async (route) => {
    const response = await route.fetch();
    const injected = `<script>globalThis.stolen = 1</script><script src="${elsewhere}"></script><img src="" onerror="globalThis.stolen = 1">`;
    await route.fulfill({ response, body: (await response.text()).replace('<body>', `<body>${injected}`) });
  });
  const refused: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refused.push(message.text());
  });
  await open(page, site.url);
  expect(await page.locator('body > script').count()).toBeGreaterThan(1);
  await expect.poll(() => refused.length).toBeGreaterThanOrEqual(3);
  expect(got).toEqual([]);
  expect(await page.evaluate(() => 'stolen' in globalThis)).toBe(false);
});

test('text becomes no markup and no code, and a worker is one of this origin', async ({ app, site }) => {
  await app.goto(site.url);
  const refused = await app.evaluate(() => {
    const tries: Record<string, () => unknown> = {
      markup: () => Object.assign(document.createElement('p'), { innerHTML: '<b>bold</b>' }),
      script: () => Object.assign(document.createElement('script'), { text: 'alert()' }),
      document: () => Object.assign(document.createElement('iframe'), { srcdoc: '<b>bold</b>' }),
      worker: () => new Worker('https://example.com/worker.js'),
      policy: () => Reflect.get(window, 'trustedTypes').createPolicy('other', {}),
    };
    return Object.entries(tries).flatMap(([name, attempt]) => {
      try {
        attempt();
        return [];
      } catch (error) {
        return error instanceof TypeError ? [name] : [];
      }
    });
  });
  expect(refused).toEqual(['markup', 'script', 'document', 'worker', 'policy']);
});
