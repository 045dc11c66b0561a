/** The index's worker: opens the index while no job has it, answers what it is asked, and lets go when that is over. */
import { connection } from '../../src/core/connection.ts';
import { lastingFilesOf } from '../../src/core/lasting-file.ts';
import { namesFor } from '../../src/core/names.ts';
import { INDEX } from '../../src/core/search.ts';
import { answerOn, sweep } from '../jobs/index/answer.ts';
import { type Index, openIndex } from '../jobs/index/open.ts';

/** From whoever has started it: the scope. To that one: `closed`, once it has let go. */
export type IndexReport = 'closed';

/** So long after the last question it stays. */
const IDLE_MS = 60_000;

async function start(scope: string): Promise<void> {
  const names = namesFor(scope);
  const file = await lastingFilesOf(connection(names.database), names, navigator.locks).open(INDEX);
  const ended = Promise.withResolvers<void>();
  let opened: { index: Index } | { error: unknown } = await open();
  let idle = setTimeout(ended.resolve, IDLE_MS);

  async function open() {
    try {
      return { index: await openIndex(file) };
    } catch (error) {
      // Whoever asks is told.
      return { error };
    }
  }

  const close = () => {
    if ('index' in opened) opened.index.close();
  };

  const stop = answerOn(file.channel, {
    index() {
      if ('error' in opened) throw opened.error;
      return opened.index;
    },
    async clear() {
      close();
      await file.clear();
      opened = await open();
    },
    asked() {
      clearTimeout(idle);
      idle = setTimeout(ended.resolve, IDLE_MS);
    },
    wanted: ended.resolve,
  });
  // What an earlier owner did not come to the end of.
  const swept = 'index' in opened ? sweep(opened.index) : Promise.resolve();
  // A task that wants the index does not wait until all of it is done.
  await ended.promise;
  stop();
  close();
  await swept;
  file.close();
  self.postMessage('closed' satisfies IndexReport);
}

self.onmessage = ({ data }: MessageEvent<string>) => {
  start(data).catch((error: unknown) => {
    self.reportError(error);
    self.postMessage('closed' satisfies IndexReport);
  });
};
