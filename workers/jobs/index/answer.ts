/** Answers on the channel of the index, for as long as this thread has it open. */
import * as v from 'valibot';
import { type Answer, type IndexMessage, IndexMessageSchema, type Question } from '../../../src/core/search.ts';
import type { Index } from './open.ts';
import { BadQuery } from './query.ts';

export interface Desk {
  /** Who wants something of the index now; throws when it cannot be opened. */
  index(): Index;
  /** Begins it anew; null where that would pull it from under a task that indexes. */
  clear: (() => Promise<void>) | null;
  /** The task that has it open, if one has. */
  task_id?: string;
  /** Something was asked. */
  asked?(): void;
  /** Somebody else wants the file. */
  wanted?(): void;
}

/** Returns the stop. */
export function answerOn(name: string, { index, clear, task_id, asked, wanted }: Desk): () => void {
  const channel = new BroadcastChannel(name);
  const post = (message: IndexMessage) => channel.postMessage(message);
  /** Not answered yet: while no answer comes, a question is asked again. */
  const pending = new Set<string>();
  /** One after the other: an index that is begun anew is closed meanwhile. */
  let turn = Promise.resolve();
  let stopped = false;

  async function answerTo(question: Question): Promise<Answer['value']> {
    if (question.about === 'forget' && question.document_id === null && clear) {
      const count = countOf(index);
      await clear();
      return { count };
    }
    const open = index();
    switch (question.about) {
      case 'search':
        return open.search(question.q, question.limit, question.offset);
      case 'documents':
        return open.documents(question.q, question.limit, question.after);
      case 'page':
        return open.page(question.document_id, question.page);
      case 'settle':
        // It runs, so that was asked before it was retried; or it was canceled a moment ago, and settles itself as it stops.
        if (question.task_id === task_id) return null;
        open.settle(question.task_id, question.keep);
        await open.flush();
        void sweep(open);
        return { count: 1 };
      case 'forget': {
        const count = open.forget(question.document_id);
        await open.flush();
        void sweep(open);
        return question.document_id !== null && count === 0 ? null : { count };
      }
    }
  }

  async function answered(id: string, question: Question): Promise<Answer> {
    const answer: Answer = { kind: 'answer', id, value: null, refused: null, unsettled: [] };
    try {
      const value = await answerTo(question);
      return { ...answer, value, unsettled: index().unsettled() };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { ...answer, refused: { why: error instanceof BadQuery ? 'query' : 'broken', detail } };
    }
  }

  async function answer(id: string, question: Question): Promise<void> {
    if (stopped) return;
    const found = await answered(id, question);
    pending.delete(id);
    if (!stopped) post(found);
  }

  channel.onmessage = ({ data }) => {
    const message = v.safeParse(IndexMessageSchema, data);
    if (!message.success) return;
    if (message.output.kind === 'wanted') return wanted?.();
    if (message.output.kind !== 'ask') return;
    asked?.();
    const { id, question } = message.output;
    if (pending.has(id)) return;
    pending.add(id);
    turn = turn.then(() => answer(id, question));
  };
  post({ kind: 'open' });
  return () => {
    stopped = true;
    channel.close();
  };
}

/** What it does not come to is done when the index is opened next: a failure keeps nothing from being answered. */
export const sweep = (index: Index) => index.sweep().catch((error: unknown) => console.error('holdfast index:', error));

function countOf(index: () => Index): number {
  try {
    return index().documents('', 1, 0).total;
  } catch {
    // One that cannot be read is begun anew all the same.
    return 0;
  }
}
