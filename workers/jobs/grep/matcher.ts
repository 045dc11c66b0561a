/** The thread that matches, seen from the job: it is watched, and terminated when a line takes too long. */
import { patience, slowdown } from '../patience.ts';
import { startThread } from '../thread.ts';
import { joined } from './blocks.ts';
import { type Found, NoAnswer, type Order } from './search.ts';

export interface Start {
  source: string;
  flags: string;
}

export interface Searched extends Found {
  /** The block. */
  bytes: Uint8Array<ArrayBuffer>;
}

export type Question = Omit<Order, 'bytes' | 'careful'> & { parts: readonly Uint8Array[] };

/** `at`: the byte of the block where a line begins that is being searched now. */
export type Answer = 'ready' | { at: number } | { found: Searched } | { tooDeep: { at: number; why: string } };

/** As long as a line may take; on a busy machine, longer. */
const LINE_MS = 2_000;

export interface Matcher {
  /**
   * Blocks are searched in the order in which they are given. Rejects with `NoAnswer`, and with the job's signal's reason.
   * A block whose own signal is aborted is not wanted any more: it is left out as soon as it would take too long.
   */
  search(question: Question, signal: AbortSignal): Promise<Searched>;
  close(): void;
}

interface Waiting {
  question: Question;
  signal: AbortSignal;
  resolve(found: Searched): void;
  reject(error: unknown): void;
}

export async function startMatcher({ source, flags }: RegExp, signal: AbortSignal): Promise<Matcher> {
  let waiting: Waiting[] = [];
  /** The block's line that was told of last, while every one is. */
  let careful: { at: number } | null = null;
  // Only what is searched line by line is given up: before, it does not matter how busy the machine is.
  const clock = patience(async () => (careful ? slowdown() : 1));
  let closed = false;
  let worker = await start();
  /** Another thread takes its place. */
  let replaced = false;

  async function start(): Promise<Worker> {
    const create = () => new Worker(new URL('./matcher.worker.ts', import.meta.url), { type: 'module', name: 'grep' });
    const started = await startThread(create, signal);
    started.onmessage = ({ data }: MessageEvent<Answer>) => take(data);
    started.onerror = (event) => {
      event.preventDefault();
      fail(new Error(event.message));
    };
    started.postMessage({ source, flags } satisfies Start);
    return started;
  }

  /** What is handed over is gone: the parts are kept, as the block may have to be sent once more. */
  function send({ parts, ...rest }: Question) {
    const bytes = joined(parts);
    worker.postMessage({ ...rest, bytes, careful: careful !== null } satisfies Order, { transfer: [bytes.buffer] });
  }

  function watch() {
    clock.stop();
    if (waiting.length > 0 && !closed && !replaced) clock.start(LINE_MS, late);
  }

  function take(answer: Answer) {
    if (answer !== 'ready' && 'at' in answer) {
      if (careful) careful.at = answer.at;
    } else if (answer !== 'ready') {
      const asked = waiting.shift();
      if ('found' in answer) asked?.resolve(answer.found);
      else asked?.reject(new NoAnswer(answer.tooDeep.at, 'deep', answer.tooDeep.why));
      if (careful) {
        careful = null;
        for (const { question } of waiting) send(question);
      }
    }
    watch();
  }

  /** At first it only shows that some line of the block takes long; searched again line by line, the block shows which. */
  function late() {
    worker.terminate();
    if (waiting[0]?.signal.aborted) {
      careful = null;
      for (const { signal, reject } of waiting) if (signal.aborted) reject(signal.reason);
      waiting = waiting.filter(({ signal }) => !signal.aborted);
    } else if (careful) return fail(new NoAnswer(careful.at, 'slow', `it has no answer after ${LINE_MS / 1000} s`));
    else careful = { at: 0 };
    replaced = true;
    start().then((started) => {
      worker = started;
      replaced = false;
      if (closed) return worker.terminate();
      for (const { question } of careful ? waiting.slice(0, 1) : waiting) send(question);
      watch();
    }, fail);
  }

  function fail(error: unknown) {
    close();
    for (const { reject } of waiting.splice(0)) reject(error);
  }

  const stop = () => fail(signal.reason);
  signal.addEventListener('abort', stop);

  function close() {
    closed = true;
    clock.stop();
    signal.removeEventListener('abort', stop);
    worker.terminate();
  }

  return {
    search(question, own) {
      const { promise, resolve, reject } = Promise.withResolvers<Searched>();
      // It is awaited later, when the block before it is done with.
      promise.catch(() => {});
      if (closed) reject(signal.aborted ? signal.reason : new Error('the thread that matches is gone'));
      else {
        waiting.push({ question, signal: own, resolve, reject });
        if (!careful && !replaced) send(question);
        if (waiting.length === 1) watch();
      }
      return promise;
    },
    close,
  };
}
