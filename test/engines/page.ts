/**
 * Runs the checks in the browser that opened this page, shows a table and hands over the results. `?themes=a,b` runs those alone.
 */
import { type Result, runAll, test, theme } from './harness.ts';

declare global {
  /** Resolves with all results, as JSON, when `document.title` says done. */
  var results: Promise<string>;
}

/** In this order: the last one replaces the service worker. */
const THEMES = [
  'connect',
  'requests',
  'refusals',
  'describe',
  'bytes',
  'resume',
  'feed',
  'event-source',
  'watch',
  'parsing',
  'files',
  'jobs',
  'tables',
  'documents',
  'images',
  'grep',
  'order',
  'executors',
  'lessons',
  'update',
];

const checks = import.meta.glob<unknown>('./checks/*.ts');
const faults: string[] = [];

globalThis.results = main().then((results) => {
  const failed = results.filter(({ passed }) => !passed).length;
  const summary = `${results.length - failed} passed, ${failed} failed`;
  document.title = `done: ${summary}`;
  text('#state', summary);
  return JSON.stringify(results);
});

async function main(): Promise<Result[]> {
  addEventListener('error', ({ message }) => faults.push(message));
  addEventListener('unhandledrejection', ({ reason }) => faults.push(String(reason)));
  const asked = new URLSearchParams(location.search).get('themes')?.split(',') ?? THEMES;
  try {
    const { client, executor } = await import('./app.ts');
    await client.configure({ running_limit: 4 });
    executor.start();
    for (const name of asked) {
      const load = checks[`./checks/${name}.ts`];
      if (!load) throw new RangeError(`There is no theme ${name}.`);
      theme(name);
      await load();
    }
  } catch (error) {
    theme('start');
    test('the page and its checks load', () => {
      throw error;
    });
  }
  theme('faults');
  test('nothing went wrong where nobody waited for it', () => {
    if (faults.length > 0) throw new Error(faults.join('; '));
  });
  return runAll(show);
}

function show({ theme, name, passed, error, ms }: Result) {
  const row = document.createElement('tr');
  if (!passed) row.className = 'failed';
  for (const cell of [theme, name, error ?? 'passed', String(ms)]) {
    const element = document.createElement('td');
    element.textContent = cell;
    row.append(element);
  }
  document.querySelector('tbody')?.append(row);
}

function text(selector: string, content: string) {
  const element = document.querySelector(selector);
  if (element) element.textContent = content;
}
