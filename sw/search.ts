/** Searching the documents, and what is in the index: what the routes of `search` answer. */
import * as v from 'valibot';
import { parseQuery, type Query, wholeNumber } from './body.ts';
import type { AskIndex } from './index-asks.ts';
import { notFound } from './problem.ts';

const MAX_QUERY = 1_000;

export const SearchQuerySchema = v.strictObject({
  q: v.pipe(v.string(), v.nonEmpty('a word to look for is wanted'), v.maxLength(MAX_QUERY)),
  limit: v.optional(wholeNumber(1, 100), '20'),
  offset: v.optional(wholeNumber(0, 100_000), '0'),
});
export const DocumentsQuerySchema = v.strictObject({
  q: v.optional(v.pipe(v.string(), v.maxLength(MAX_QUERY)), ''),
  limit: v.optional(wholeNumber(1, 500), '50'),
  page: v.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
});
export const ForgetQuerySchema = v.strictObject({ all: v.literal('true', 'all=true is required.') });

const WHOLE = /^[1-9]\d{0,14}$/;

export function searching(ask: AskIndex) {
  const numbered = (value: string, what: string): number => {
    if (!WHOLE.test(value)) throw notFound(`${what} ${value}`);
    return Number(value);
  };

  return {
    search: (query: Query) => ask({ about: 'search', ...parseQuery(SearchQuerySchema, query) }),

    documents(query: Query) {
      const { page = 0, ...rest } = parseQuery(DocumentsQuerySchema, query);
      return ask({ about: 'documents', ...rest, after: page });
    },

    async page(id: string, number: string) {
      const [document_id, page] = [numbered(id, 'document'), numbered(number, 'page')];
      const found = await ask({ about: 'page', document_id, page });
      if (!found) throw notFound(`page ${page} of a document ${document_id}`);
      return found;
    },

    forgetAll(query: Query) {
      parseQuery(ForgetQuerySchema, query);
      return ask({ about: 'forget', document_id: null });
    },

    async forget(id: string) {
      const document_id = numbered(id, 'document');
      if (!(await ask({ about: 'forget', document_id }))) throw notFound(`document ${document_id}`);
    },
  };
}
