import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { onDemandScript } from '../../../scripts/on-demand-script.mjs';

interface InstallEvent {
  waitUntil(work: Promise<unknown>): void;
}

interface Scope extends Record<string, unknown> {
  holdfastOnDemand: { onDemand(): unknown } | undefined;
}

/** What a service worker's installation comes to when its second script can be had, or cannot. */
async function installed(importScripts: (file: string, scope: Scope) => void): Promise<unknown[]> {
  const { load } = onDemandScript({});
  if (typeof load !== 'function') throw new Error('the plugin loads nothing');
  const code = await Reflect.apply(load, {}, ['\0on-demand-loader']);
  const script = String(code)
    .replace(/^import .*$/gm, '')
    .replace(/^export /gm, '');
  const works: Promise<unknown>[] = [];
  const thrown: unknown[] = [];
  function addEventListener(_: 'install', heard: (event: InstallEvent) => void) {
    try {
      heard({ waitUntil: (work) => void works.push(work) });
    } catch (error) {
      // As browsers do: what a listener throws is reported, and the installation goes on.
      thrown.push(error);
    }
  }
  const scope: Scope = {
    holdfastStore: {},
    holdfastProblem: {},
    holdfastOnDemand: undefined,
    addEventListener,
    importScripts: (file: string) => importScripts(file, scope),
  };
  runInNewContext(script, scope);
  await Promise.all(works);
  return thrown;
}

test('a service worker that could load its second script is installed', async () => {
  let loaded: string | undefined;
  const onDemand = () => ({});
  const thrown = await installed((file, scope) => {
    loaded = file;
    scope.holdfastOnDemand = { onDemand };
  });
  expect([typeof loaded, thrown]).toEqual(['string', []]);
});

test('a service worker that could not load its second script is not installed: later it may not', async () => {
  const unreachable = new Error('NetworkError');
  await expect(
    installed(() => {
      throw unreachable;
    }),
  ).rejects.toBe(unreachable);
});
