/** The index of documents, as it is asked: by the service worker, of whoever has it open. */
import * as v from 'valibot';

/** Whoever indexes has this file open, and whoever only answers. */
export const INDEX = 'index';

const Text = v.string();
const Whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const QuestionSchema = v.variant('about', [
  v.object({ about: v.literal('search'), q: Text, limit: Whole, offset: Whole }),
  v.object({ about: v.literal('documents'), q: Text, limit: Whole, after: Whole }),
  v.object({ about: v.literal('page'), document_id: Whole, page: Whole }),
  /** One document goes; null: all of them, and whatever else the index holds. */
  v.object({ about: v.literal('forget'), document_id: v.nullable(Whole) }),
  /** A task has ended: what it added stays, or goes and what it replaced comes back. */
  v.object({ about: v.literal('settle'), task_id: Text, keep: v.boolean() }),
]);
export type Question = v.InferOutput<typeof QuestionSchema>;

/** A document in the index. */
export const DocumentSchema = v.object({
  document_id: Whole,
  /** With its folders. */
  file: Text,
  title: v.nullable(Text),
  format: v.picklist(['pdf', 'html', 'markdown', 'text']),
  /** Bytes. */
  size: Whole,
  pages: Whole,
  /** Of its text. */
  characters: Whole,
  /** BLAKE3 of its bytes, lower-case hex. */
  digest: Text,
  added_at: Text,
});
export type IndexedDocument = v.InferOutput<typeof DocumentSchema>;

export const HitSchema = v.object({
  document_id: Whole,
  file: Text,
  title: v.nullable(Text),
  /** From 1. */
  page: Whole,
  pages: Whole,
  /** The higher the better; only comparable within one answer. */
  score: v.number(),
  /** A part of the page's text. */
  snippet: Text,
  /** Where in the snippet what was looked for stands: start and end (exclusive), in UTF-16 units. */
  marks: v.array(v.strictTuple([Whole, Whole])),
});
export type Hit = v.InferOutput<typeof HitSchema>;

export const HitsSchema = v.object({ query: Text, total: Whole, hits: v.array(HitSchema) });
export const DocumentsSchema = v.object({
  documents: v.array(DocumentSchema),
  total: Whole,
  next_page: v.nullable(Text),
});
export const PageTextSchema = v.object({ ...DocumentSchema.entries, page: Whole, text: Text });
export const CountSchema = v.object({ count: Whole });

export type Hits = v.InferOutput<typeof HitsSchema>;
export type Documents = v.InferOutput<typeof DocumentsSchema>;
export type PageText = v.InferOutput<typeof PageTextSchema>;

/** What is said on the channel of the index. */
export const IndexMessageSchema = v.variant('kind', [
  v.object({ kind: v.literal('ask'), id: Text, question: QuestionSchema }),
  v.object({
    kind: v.literal('answer'),
    id: Text,
    /** Null when there is no such thing. */
    value: v.nullable(v.union([HitsSchema, DocumentsSchema, PageTextSchema, CountSchema])),
    /** What is wrong with the question, or with the index. */
    refused: v.nullable(v.object({ why: v.picklist(['query', 'broken']), detail: Text })),
    /** The tasks whose documents are not settled. */
    unsettled: v.array(Text),
  }),
  /** Somebody has opened it, and answers from now on. */
  v.object({ kind: v.literal('open') }),
  v.object({ kind: v.literal('wanted') }),
]);
export type IndexMessage = v.InferOutput<typeof IndexMessageSchema>;
export type Answer = Extract<IndexMessage, { kind: 'answer' }>;
