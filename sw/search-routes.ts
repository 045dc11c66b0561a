/** Searching the documents, and what is in the index. */
import type { Context, Hono } from 'hono';
import * as v from 'valibot';
import { parseQuery, wholeNumber } from './body.ts';
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
const ForgetQuerySchema = v.strictObject({ all: v.literal('true', 'all=true is required.') });

const WHOLE = /^[1-9]\d{0,14}$/;

export function searchRoutes(app: Hono, ask: AskIndex, json: (body: unknown) => Response) {
  const numbered = (c: Context, name: string, what: string): number => {
    const value = c.req.param(name) ?? '';
    if (!WHOLE.test(value)) throw notFound(`${what} ${value}`);
    return Number(value);
  };
  const document = (c: Context) => numbered(c, 'id', 'document');

  app.get('/search', async (c) =>
    json(await ask({ about: 'search', ...parseQuery(SearchQuerySchema, c.req.query()) })),
  );

  app.get('/search/documents', async (c) => {
    const { page = 0, ...query } = parseQuery(DocumentsQuerySchema, c.req.query());
    return json(await ask({ about: 'documents', ...query, after: page }));
  });

  app.get('/search/documents/:id/pages/:page', async (c) => {
    const [document_id, page] = [document(c), numbered(c, 'page', 'page')];
    const found = await ask({ about: 'page', document_id, page });
    if (!found) throw notFound(`page ${page} of a document ${document_id}`);
    return json(found);
  });

  app.delete('/search/documents', async (c) => {
    parseQuery(ForgetQuerySchema, c.req.query());
    return json(await ask({ about: 'forget', document_id: null }));
  });
  app.delete('/search/documents/:id', async (c) => {
    const document_id = document(c);
    if (!(await ask({ about: 'forget', document_id }))) throw notFound(`document ${document_id}`);
    return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } });
  });
}
