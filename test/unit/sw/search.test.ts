/** The routes of the search, over a real index that is asked as the service worker asks it. */
import 'fake-indexeddb/auto';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Documents, Hits } from '../../../src/core/search.ts';
import { Unreadable } from '../../../src/core/store.ts';
import type { Change } from '../../../src/core/task.ts';
import { indexAsks } from '../../../sw/index-asks.ts';
import { settling } from '../../../sw/settling.ts';
import { answerOn } from '../../../workers/jobs/index/answer.ts';
import { type Index, openIndex } from '../../../workers/jobs/index/open.ts';
import { examples } from '../core/tasks.ts';
import { lastingIn } from '../lasting.ts';
import { createServer, problemOf } from './server.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

type Documented = Record<string, string[]>;
type Setting = Parameters<typeof indexAsks>[0];

let channels = 0;

/** A server whose index is asked on a channel; nobody has it open. */
function unanswered(setting: Partial<Setting> = {}) {
  const server = createServer();
  channels += 1;
  const channel = `index ${channels}`;
  server.index(indexAsks({ channel, executors: async () => 1, settles: async () => 'keep', ...setting }));
  const found = async (query: Record<string, string>): Promise<Hits> => {
    const response = await server.request(`search?${new URLSearchParams(query)}`);
    expect(response.status).toBe(200);
    return response.json();
  };
  return { ...server, channel, found };
}

/** Returns their ids. */
function addTo(index: Index, documents: Documented, task = 'task'): number[] {
  return Object.entries(documents).map(([file, pages], n) => {
    const begun = index.begin(task, { file, digest: task, format: 'text', encoding: 'auto', size: 1 });
    index.add(begun, file, pages, 'null');
    index.finish(task, n, begun, file, null);
    return begun.id;
  });
}

/** A server and an index with these documents. */
async function indexed(documents: Documented, setting: Partial<Setting> = {}) {
  const server = unanswered(setting);
  const file = await lastingIn(server.database).open('index');
  let opened: { index: Index } | { error: unknown } = { index: await openIndex(file) };
  const index = () => {
    if ('error' in opened) throw opened.error;
    return opened.index;
  };
  const stop = answerOn(server.channel, {
    index,
    async clear() {
      if ('index' in opened) opened.index.close();
      await file.clear();
      opened = { index: await openIndex(file) };
    },
  });
  onTestFinished(stop);
  const ids = addTo(index(), documents);
  const breakIt = () => {
    index().close();
    opened = { error: new Error('file is not a database') };
  };
  return { ...server, index, ids, breakIt };
}

describe('what is found', () => {
  test('comes best first, each with its page, and with a snippet that is marked', async () => {
    const { request, found } = await indexed({
      'long.txt': [`an anchor ${'among many other words '.repeat(40)}`],
      'short.txt': ['nothing', 'the anchor, an ANCHOR'],
      'anchor.txt': ['another word'],
    });
    const { query, total, hits } = await found({ q: 'anchor' });
    expect({ query, total }).toEqual({ query: 'anchor', total: 3 });
    expect(hits.map(({ file, page, pages }) => ({ file, page, pages }))).toEqual([
      { file: 'anchor.txt', page: 1, pages: 1 },
      { file: 'short.txt', page: 2, pages: 2 },
      { file: 'long.txt', page: 1, pages: 1 },
    ]);
    const scores = hits.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(hits[1]).toMatchObject({
      snippet: 'the anchor, an ANCHOR',
      marks: [
        [4, 10],
        [15, 21],
      ],
    });
    expect(hits[2]?.snippet.length).toBeLessThan(300);
    const { headers } = await request('search?q=anchor');
    expect([headers.get('Content-Type'), headers.get('Cache-Control')]).toEqual(['application/json', 'no-store']);
  });

  test('comes as much at a time as is wanted, each once, and none behind the last', async () => {
    const documents = Object.fromEntries(Array.from({ length: 45 }, (_, n) => [`${n}.txt`, ['the same words']]));
    const { found } = await indexed(documents);
    expect((await found({ q: 'words' })).hits).toHaveLength(20);
    const files: string[] = [];
    for (let offset = 0; offset < 50; offset += 10) {
      const { total, hits } = await found({ q: 'words', limit: '10', offset: String(offset) });
      expect(total).toBe(45);
      files.push(...hits.map(({ file }) => file));
    }
    expect(new Set(files).size).toBe(45);
    expect(files).toHaveLength(45);
    expect((await found({ q: 'words', limit: '100' })).hits).toHaveLength(45);
    expect(await found({ q: 'words', offset: '45' })).toMatchObject({ total: 45, hits: [] });
  });

  test('in an empty index is nothing', async () => {
    const { found } = await indexed({});
    expect(await found({ q: 'anything' })).toEqual({ query: 'anything', total: 0, hits: [] });
  });

  test.each([
    'NOT',
    'a AND',
    'OR b',
    'NEAR(a, b',
    'text:a',
    'nosuch:a',
    '-nosuch a',
    '{text name}: a',
    '"',
    '^a ^b',
    '(a OR',
    'a + b',
    "a'b",
    'a; --',
    '"a" *',
    '**a**',
    'a\u0000b',
    '\ud800 a',
    '%',
    'a-b',
    "'; drop table words; --",
  ])('never is an error of the database: %s', async (q) => {
    const { request } = await indexed({ 'a.txt': ['a and b'] });
    const response = await request(`search?${new URLSearchParams({ q })}`);
    if (response.status !== 200) expect((await problemOf(response)).type).toBe('urn:holdfast:problem:bad-request');
    expect([200, 400]).toContain(response.status);
  });
});

describe('a query that cannot be answered is 400, and says where', () => {
  const long = 'x'.repeat(1_001);
  test.each([
    ['search', '/q'],
    ['search?q=', '/q'],
    [`search?q=${long}`, '/q'],
    ['search?q=%22', '/q'],
    ['search?q=-old', '/q'],
    [`search?q=${Array.from({ length: 33 }, (_, n) => `a${n}`).join('+')}`, '/q'],
    [`search?q=${'a*+b*+c*+d*+e*'}`, '/q'],
    ['search?q=a&limit=0', '/limit'],
    ['search?q=a&limit=101', '/limit'],
    ['search?q=a&limit=ten', '/limit'],
    ['search?q=a&limit=1.5', '/limit'],
    ['search?q=a&limit=', '/limit'],
    ['search?q=a&offset=-1', '/offset'],
    ['search?q=a&offset=100001', '/offset'],
    ['search?q=a&sort=name', '/sort'],
    [`search/documents?q=${long}`, '/q'],
    ['search/documents?limit=501', '/limit'],
    ['search/documents?page=0', '/page'],
    ['search/documents?page=first', '/page'],
    ['search/documents?offset=1', '/offset'],
  ])('%s', async (path, pointer) => {
    const { request } = await indexed({ 'a.txt': ['a'] });
    const response = await request(path);
    expect(response.status).toBe(400);
    const { type, detail, errors } = await problemOf(response);
    expect(type).toBe('urn:holdfast:problem:bad-request');
    expect(errors?.map((error) => error.pointer)).toEqual([pointer]);
    expect(detail).toContain(`${pointer.slice(1)}: `);
  });
});

test.each([
  ['POST', 'search?q=a', 'HEAD, GET'],
  ['DELETE', 'search', 'HEAD, GET'],
  ['PUT', 'search/documents', 'HEAD, GET, DELETE'],
  ['GET', 'search/documents/1', 'DELETE'],
  ['DELETE', 'search/documents/1/pages/1', 'HEAD, GET'],
])('%s %s is 405 and says what there is', async (method, path, allow) => {
  const response = await unanswered().request(path, { method });
  expect([response.status, response.headers.get('Allow')]).toEqual([405, allow]);
  await problemOf(response, path.split('?')[0]);
});

test('HEAD has the status and headers of GET, and no body', async () => {
  const { request, ids } = await indexed({ 'a.txt': ['words'] });
  for (const path of [
    'search?q=words',
    'search?q=',
    'search/documents',
    `search/documents/${ids[0]}/pages/1`,
    `search/documents/${ids[0]}/pages/2`,
  ]) {
    const [head, get] = [await request(path, { method: 'HEAD' }), await request(path)];
    expect({ path, status: head.status, headers: [...head.headers] }).toEqual({
      path,
      status: get.status,
      headers: [...get.headers],
    });
    expect(await head.text()).toBe('');
  }
});

describe('the documents', () => {
  test('are listed the latest first, page by page, by what is in their names', async () => {
    const { request } = await indexed({ 'a/one.txt': ['1'], 'a/two.txt': ['2'], 'b/100%_done.txt': ['3'] });
    const list = async (query: string): Promise<Documents> => (await request(`search/documents${query}`)).json();
    const names = ({ documents }: Documents) => documents.map(({ file }) => file);
    expect(names(await list(''))).toEqual(['b/100%_done.txt', 'a/two.txt', 'a/one.txt']);
    const first = await list('?limit=2');
    expect(first).toMatchObject({ total: 3, documents: [{ pages: 1 }, { pages: 1 }] });
    const second = await list(`?limit=2&page=${first.next_page}`);
    expect([names(second), second.next_page]).toEqual([['a/one.txt'], null]);
    expect(names(await list('?q=a/'))).toEqual(['a/two.txt', 'a/one.txt']);
    // What a database takes for "anything" is itself.
    expect(names(await list('?q=%25'))).toEqual(['b/100%_done.txt']);
    expect(names(await list('?q=_'))).toEqual(['b/100%_done.txt']);
  });

  test('have pages, and what is no page of them is 404', async () => {
    const { request, ids } = await indexed({ 'a.txt': ['one', 'two'] });
    const [id = 0] = ids;
    expect(await (await request(`search/documents/${id}/pages/2`)).json()).toMatchObject({
      file: 'a.txt',
      page: 2,
      pages: 2,
      text: 'two',
    });
    for (const path of [
      `${id}/pages/3`,
      `${id}/pages/0`,
      `${id + 1}/pages/1`,
      'x/pages/1',
      `${id}/pages/-1`,
      `${id}/pages/1.0`,
      '9'.repeat(20).concat('/pages/1'),
    ]) {
      const response = await request(`search/documents/${path}`);
      expect([path, response.status]).toEqual([path, 404]);
      await problemOf(response);
    }
  });

  test('are forgotten one by one, and the next search does not find them', async () => {
    const { request, found, ids } = await indexed({ 'a.txt': ['words'], 'b.txt': ['words'] });
    const [first = 0, second = 0] = ids;
    const forget = (id: number | string) => request(`search/documents/${id}`, { method: 'DELETE' });
    expect((await forget(first)).status).toBe(204);
    expect((await found({ q: 'words' })).hits.map(({ file }) => file)).toEqual(['b.txt']);
    for (const id of [first, second + 1, 'x', '0']) {
      const response = await forget(id);
      expect([id, response.status]).toEqual([id, 404]);
      await problemOf(response);
    }
  });

  test('are forgotten also when a canceled task’s are taken out with them', async () => {
    const settles = async (task_id: string) => (task_id === 'canceled' ? ('drop' as const) : ('keep' as const));
    const { request, found, ids, index } = await indexed({ 'a.txt': ['words'], 'b.txt': ['words'] }, { settles });
    addTo(index(), { 'c.txt': ['words'] }, 'canceled');
    expect((await request(`search/documents/${ids[0]}`, { method: 'DELETE' })).status).toBe(204);
    expect((await found({ q: 'words' })).hits.map(({ file }) => file)).toEqual(['b.txt']);
  });

  test('are all forgotten only when that is said, and the index is begun anew', async () => {
    const { request, found, index } = await indexed({ 'a.txt': ['words'], 'b.txt': ['words'] });
    const before = index();
    for (const query of ['', '?all=false', '?all=', '?all=true&q=a']) {
      const response = await request(`search/documents${query}`, { method: 'DELETE' });
      expect([query, response.status]).toEqual([query, 400]);
      await problemOf(response);
    }
    expect((await found({ q: 'words' })).total).toBe(2);
    const response = await request('search/documents?all=true', { method: 'DELETE' });
    expect([response.status, await response.json()]).toEqual([200, { count: 2 }]);
    expect(await found({ q: 'words' })).toMatchObject({ total: 0, hits: [] });
    expect(index()).not.toBe(before);
    addTo(index(), { 'c.txt': ['words'] });
    expect((await found({ q: 'words' })).total).toBe(1);
  });
});

test('what a canceled task brought is not found, and what it replaced is; of one that completed it is the other way round', async () => {
  const { found, index } = await indexed(
    { 'a.txt': ['old words'] },
    { settles: async (task_id) => (task_id === 'canceled' ? 'drop' : task_id === 'running' ? null : 'keep') },
  );
  const texts = async () => (await found({ q: 'words' })).hits.map(({ snippet }) => snippet);
  addTo(index(), { 'a.txt': ['canceled words'] }, 'canceled');
  expect(await texts()).toEqual(['old words']);
  addTo(index(), { 'a.txt': ['new words'] }, 'completed');
  expect(await texts()).toEqual(['new words']);
  addTo(index(), { 'a.txt': ['words to come'] }, 'running');
  expect(await texts()).toEqual(['words to come']);
  expect(index().unsettled()).toEqual(['running']);
});

test('what a canceled task brought is not found either when the task was deleted before anybody looked', async () => {
  const settles = async (task_id: string) => settling(server.store, server.database)(task_id);
  const server = await indexed({ 'a.txt': ['old words'] }, { settles });
  const { request, found, index, started, change } = server;
  const texts = async () => (await found({ q: 'words' })).hits.map(({ snippet }) => snippet);
  const ended = async (changes: Change[], file: string) => {
    const { task_id } = await started();
    await change(task_id, changes.slice(0, 1));
    addTo(index(), { [file]: [`words of ${file}`] }, task_id);
    await change(task_id, changes.slice(1));
    expect((await request(`tasks/${task_id}`, { method: 'DELETE' })).status).toBe(204);
  };
  const { completed, failed, canceled, paused, progress } = examples;
  await ended([progress, completed], 'completed.txt');
  await ended([progress, failed], 'failed.txt');
  await ended([paused, canceled], 'a.txt');
  expect((await texts()).sort()).toEqual(['old words', 'words of completed.txt', 'words of failed.txt']);
  expect(index().unsettled()).toEqual([]);
});

test('a task whose row cannot be read stands in no search’s way', async () => {
  const broken = { get: (task_id: string) => Promise.reject(new Unreadable(task_id, 'its status is 7')) };
  const settles = (task_id: string) => settling(broken, server.database)(task_id);
  const server = await indexed({ 'a.txt': ['words'] }, { settles });
  expect((await server.found({ q: 'words' })).total).toBe(1);
  expect(server.index().unsettled()).toEqual(['task']);
});

test('an index that cannot be read is 503, and is begun anew when all is forgotten', async () => {
  const { request, found, breakIt } = await indexed({ 'a.txt': ['words'] });
  breakIt();
  for (const path of ['search?q=words', 'search/documents', 'search/documents/1/pages/1']) {
    const response = await request(path);
    expect([path, response.status]).toEqual([path, 503]);
    expect((await problemOf(response)).detail).toMatch(/not a database.*DELETE search\/documents\?all=true/);
  }
  const response = await request('search/documents?all=true', { method: 'DELETE' });
  expect([response.status, await response.json()]).toEqual([200, { count: 0 }]);
  expect((await found({ q: 'words' })).total).toBe(0);
});

describe('while nobody has the index open', () => {
  const patiently = async (server: ReturnType<typeof unanswered>) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    const answer = server.request('search?q=words');
    await vi.advanceTimersByTimeAsync(20_000);
    return answer;
  };

  test('and no page runs tasks, a search is 409 and says what to do', async () => {
    const response = await patiently(unanswered({ executors: async () => 0 }));
    expect(response.status).toBe(409);
    const { type, detail } = await problemOf(response);
    expect(type).toBe('urn:holdfast:problem:no-executor');
    expect(detail).toContain('Open the app');
  });

  test('and a page cannot open it, a search is 503', async () => {
    const response = await patiently(unanswered());
    expect(response.status).toBe(503);
    expect((await problemOf(response)).type).toBe('urn:holdfast:problem:store-unavailable');
  });

  test('a search is asked again, and answered by whoever opens it', async () => {
    const server = unanswered();
    const searched = server.found({ q: 'words' });
    const index = await openIndex(await lastingIn(server.database).open('index'));
    addTo(index, { 'a.txt': ['words'] });
    onTestFinished(answerOn(server.channel, { index: () => index, clear: null }));
    expect((await searched).total).toBe(1);
  });
});
