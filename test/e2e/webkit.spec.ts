/** What only WebKit can show: its service worker lives in the process of a page, and dies with that. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findWebKit } from '../../scripts/browser.mjs';
import { withThread } from '../../scripts/engines/processes.mjs';
import { startWebKit } from '../../scripts/engines/webdriver.mjs';
import { expect, test } from './app.ts';

const LIMIT_MS = 60_000;
/** As WebKit calls it, cut to the 15 characters that Linux keeps. */
const THREAD = ': ServiceWorker';

/** The site, and beside it what a page reports: its driver is lost with the first process that dies. */
async function reporting(origin: string) {
  const reports: Report[] = [];
  const server = createServer(async ({ url = '/' }, response) => {
    if (url.startsWith('/report?')) {
      reports.push(JSON.parse(decodeURIComponent(url.slice('/report?'.length))));
      return response.writeHead(204).end();
    }
    const answer = await fetch(origin + url);
    const type = answer.headers.get('Content-Type');
    response
      .writeHead(answer.status, type ? { 'Content-Type': type } : {})
      .end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return { reports, url: `http://localhost:${port}/`, close: () => void server.close() };
}

interface Report {
  reader: 'EventSource' | 'watch';
  ids: string[];
  /** How often the connection was lost. */
  lost: number;
  completed: boolean;
}

test('the streams of a page go on by themselves when WebKit’s service worker is killed', async ({ site }) => {
  const found = findWebKit();
  test.skip(!found?.driver || !found.browser, 'There is no WebKitGTK here.');
  const { reports, url, close } = await reporting(site.origin);
  const { call, end, group } = await startWebKit(
    { driver: found?.driver ?? '', browser: found?.browser ?? '' },
    LIMIT_MS,
  );
  const run = <T>(script: string): Promise<T> =>
    call('POST', '/execute/async', { script: `const done = arguments[0]; ${script}`, args: [] });
  const isReady = () => run('done(Boolean(globalThis.holdfast))');
  try {
    await call('POST', '/url', { url });
    await expect.poll(isReady).toBe(true);
    const [victim, ...others] = await withThread(group, THREAD);
    expect(others).toEqual([]);
    if (!victim) throw new Error('no process has the service worker');
    const { handle } = await call('POST', '/window/new', { type: 'tab' });
    await call('POST', '/window', { handle });
    await call('POST', '/url', { url });
    await expect.poll(isReady).toBe(true);
    const task_id = await run<string>(`(async () => {
      const { task_id } = await holdfast.submit({ type: 'countdown', input: { steps: 60, step_ms: 200 } });
      const reports = { EventSource: { ids: [], lost: 0, completed: false }, watch: { ids: [], lost: 0, completed: false } };
      const told = (reader, { event, id, data }) => {
        const report = reports[reader];
        // The message of an end has no id of its own: a reader still has the one before.
        if (event !== 'message' || data.status !== 'completed') report.ids.push(id);
        report.completed ||= event === 'complete';
        tell();
      };
      const tell = () => {
        for (const [reader, report] of Object.entries(reports))
          fetch('report?' + encodeURIComponent(JSON.stringify({ reader, ...report }))).catch(() => {});
      };
      const source = new EventSource('tasks/' + task_id + '/stream');
      for (const event of ['message', 'log', 'complete'])
        source.addEventListener(event, ({ lastEventId: id, data }) => told('EventSource', { event, id, data: JSON.parse(data) }));
      source.onerror = () => { if (!reports.EventSource.completed) reports.EventSource.lost += 1; };
      (async () => {
        const onConnection = (connected) => { if (!connected) reports.watch.lost += 1; };
        for await (const event of holdfast.watch(task_id, { onConnection })) told('watch', event);
      })();
      done(task_id);
    })()`);
    const latest = (reader: Report['reader']) => reports.findLast((report) => report.reader === reader);
    await expect.poll(() => latest('EventSource')?.ids.length).toBeGreaterThan(5);
    expect(await withThread(group, THREAD)).toEqual([victim]);
    process.kill(victim, 'SIGKILL');
    for (const reader of ['EventSource', 'watch'] as const) {
      await expect.poll(() => latest(reader)?.completed, { timeout: LIMIT_MS }).toBe(true);
      const { ids = [], lost } = latest(reader) ?? {};
      expect(ids, `what ${reader} saw of ${task_id}`).toEqual(ids.map((_, i) => String(i + 1)));
      expect(ids.length).toBeGreaterThan(60);
      expect(lost).toBeGreaterThan(0);
    }
    const [elsewhere] = await withThread(group, THREAD);
    expect(elsewhere).toBeDefined();
    expect(elsewhere).not.toBe(victim);
  } finally {
    await end();
    close();
  }
});
