/** Asks whoever has the index of documents open: a job that indexes, or a worker that an executor starts for it. */
import * as v from 'valibot';
import { type Answer, type IndexMessage, IndexMessageSchema, type Question } from '../src/core/search.ts';
import { Refusal } from './problem.ts';

export interface IndexHost {
  /** The name of the channel. */
  channel: string;
  /** How many executors there are: without one nobody answers. */
  executors(): Promise<number>;
  /** What is to become of what a task brought; null while that is open. */
  settles(task_id: string): Promise<'keep' | 'drop' | null>;
}

/** The value of the answer; its type goes with what was asked. */
export type AskIndex = (question: Question) => Promise<Answer['value']>;

/** Whoever opens the index hears nothing until it has done so. */
const AGAIN_MS = 250;
/** A page that has just been opened has its executor a moment later. */
const NOBODY_MS = 5_000;
const PATIENCE_MS = 15_000;

export function indexAsks({ channel: name, executors, settles }: IndexHost): AskIndex {
  const channel = new BroadcastChannel(name);
  const waiting = new Map<string, { ask(): void; answer(answer: Answer): void }>();
  channel.onmessage = ({ data }) => {
    const message = v.safeParse(IndexMessageSchema, data);
    if (!message.success) return;
    if (message.output.kind === 'answer') waiting.get(message.output.id)?.answer(message.output);
    if (message.output.kind === 'open') for (const { ask } of waiting.values()) ask();
  };

  async function send(question: Question): Promise<Answer> {
    const id = crypto.randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const ask = () => channel.postMessage({ kind: 'ask', id, question } satisfies IndexMessage);
    waiting.set(id, { ask, answer: resolve });
    const again = setInterval(ask, AGAIN_MS);
    const late = setTimeout(
      () => reject(new Refusal(503, 'store-unavailable', 'Nobody could open the index of documents.')),
      PATIENCE_MS,
    );
    const nobody = setTimeout(async () => {
      if ((await executors()) > 0) return;
      reject(
        new Refusal(
          409,
          'no-executor',
          'The index is read by a page that runs tasks, and none is open. Open the app, and ask again.',
        ),
      );
    }, NOBODY_MS);
    ask();
    return promise.finally(() => {
      clearInterval(again);
      clearTimeout(late);
      clearTimeout(nobody);
      waiting.delete(id);
    });
  }

  /** True when something in the index has changed by it. */
  async function settle(unsettled: readonly string[]): Promise<boolean> {
    let changed = false;
    for (const task_id of unsettled) {
      const become = await settles(task_id);
      if (!become) continue;
      const { value } = await send({ about: 'settle', task_id, keep: become === 'keep' });
      changed ||= become === 'drop' && value !== null;
    }
    return changed;
  }

  return async (question) => {
    let answer = await send(question);
    // What a canceled task brought is not shown, even if nobody has taken it out yet; until its job has stopped, it may be.
    // What is forgotten is so by now: asked again, nobody would know it.
    if ((await settle(answer.unsettled)) && question.about !== 'forget') answer = await send(question);
    if (answer.refused?.why === 'query') {
      const { detail } = answer.refused;
      throw new Refusal(400, 'bad-request', `q: ${detail}`, { errors: [{ pointer: '/q', detail }] });
    }
    if (answer.refused) {
      throw new Refusal(
        503,
        'store-unavailable',
        `The index of documents cannot be read: ${answer.refused.detail}. DELETE search/documents?all=true begins it anew.`,
      );
    }
    return answer.value;
  };
}
