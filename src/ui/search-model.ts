/** What the view of searching shows: what was found, and what is in the index. */
import { signal } from '@preact/signals';
import { type Client, type Hit, type Hits, HttpProblem, type IndexedDocument } from '../client/index.ts';
import { words } from './format.ts';
import type { Notices } from './notices-model.ts';
import { strings } from './strings.ts';

export type Found =
  | { kind: 'nothing' }
  | { kind: 'searching' }
  | ({ kind: 'found'; more: boolean } & Hits)
  /** What was asked cannot be looked up. */
  | { kind: 'refused' }
  | { kind: 'failed'; detail: string };

export type Shelf =
  | { kind: 'loading' }
  | { kind: 'listed'; documents: readonly IndexedDocument[]; total: number; next_page: string | null }
  | { kind: 'failed'; detail: string };

const AT_ONCE = 20;

export type SearchModel = ReturnType<typeof createSearch>;

export function createSearch(client: Client, notices: Notices) {
  const found = signal<Found>({ kind: 'nothing' });
  const shelf = signal<Shelf>({ kind: 'loading' });
  /** Those that are about to be forgotten, while that can still be undone. */
  const leaving = signal<ReadonlySet<number>>(new Set());
  let asked = '';
  let round = 0;

  /** An answer that comes after a later question is not shown. */
  async function search(q: string) {
    asked = q;
    round += 1;
    const mine = round;
    if (q.trim() === '') {
      found.value = { kind: 'nothing' };
      return;
    }
    // What was found before stays until there is something else: a list that flickers cannot be read.
    if (found.peek().kind !== 'found') found.value = { kind: 'searching' };
    const answer = await client.search(q, { limit: AT_ONCE }).then(shown, refusal);
    if (mine === round) found.value = answer;
  }

  async function more() {
    const now = found.peek();
    if (now.kind !== 'found') return;
    const mine = round;
    try {
      const next = await client.search(now.query, { limit: AT_ONCE, offset: now.hits.length });
      if (mine === round) found.value = shown({ ...next, hits: [...now.hits, ...next.hits] });
    } catch (error) {
      notices.show(strings.search.failed(words(error)));
    }
  }

  async function list() {
    try {
      const listed = await client.documents();
      shelf.value = { kind: 'listed', ...listed };
    } catch (error) {
      shelf.value = { kind: 'failed', detail: words(error) };
    }
  }

  async function listMore() {
    const now = shelf.peek();
    if (now.kind !== 'listed' || !now.next_page) return;
    try {
      const next = await client.documents({ page: now.next_page });
      shelf.value = { ...now, ...next, documents: [...now.documents, ...next.documents] };
    } catch (error) {
      notices.show(strings.search.failed(words(error)));
    }
  }

  /** Looks again: something in the index may have changed. */
  const refresh = () => Promise.all([list(), search(asked)]);

  /** They are out of sight at once, and out of the index when that can no longer be undone. */
  function leave(ids: readonly number[], text: string, forget: () => Promise<unknown>) {
    const without = (set: ReadonlySet<number>) => new Set([...set].filter((id) => !ids.includes(id)));
    leaving.value = new Set([...leaving.peek(), ...ids]);
    notices.offer(text, {
      label: strings.notices.undo,
      run() {
        leaving.value = without(leaving.peek());
      },
      async gone() {
        try {
          await forget();
          await refresh();
        } catch (error) {
          notices.show(strings.search.failed(words(error)));
        }
        leaving.value = without(leaving.peek());
      },
    });
  }

  return {
    found,
    shelf,
    leaving,
    search,
    more,
    listMore,
    refresh,
    textOf: (hit: Pick<Hit, 'document_id' | 'page'>) => client.pageText(hit.document_id, hit.page),
    forget: ({ document_id, file }: IndexedDocument) =>
      leave([document_id], strings.search.forgotten(file), () => client.forget(document_id)),
    forgetAll() {
      const now = shelf.peek();
      if (now.kind !== 'listed') return;
      leave(
        now.documents.map(({ document_id }) => document_id),
        strings.search.forgottenAll(now.total),
        client.forgetAll,
      );
    },
  };
}

const shown = (hits: Hits): Found => ({ kind: 'found', ...hits, more: hits.hits.length < hits.total });

const refusal = (error: unknown): Found =>
  error instanceof HttpProblem && error.status === 400 ? { kind: 'refused' } : { kind: 'failed', detail: words(error) };
