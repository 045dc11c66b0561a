/** What a document's reader, a thread of its own, and the job say to each other. */
import type { IndexedDocument } from '../../../src/core/search.ts';
import type { encodings } from './spec.ts';

export type Format = IndexedDocument['format'];
export type Encoding = (typeof encodings)[number];

/** Where reading goes on: behind so many pages, or at this byte of a text. */
export type Position = { page: number } | { offset: number };

export type Order =
  | {
      kind: 'read';
      name: string;
      size: number;
      /** All of it, or null: then it is asked for. */
      bytes: Uint8Array<ArrayBuffer> | null;
      format: Format;
      encoding: Encoding;
      from: Position | null;
    }
  /** The bytes that were wanted under this number. */
  | { kind: 'bytes'; wanted: number; bytes: Uint8Array<ArrayBuffer> }
  /** The job has room for the next pages. */
  | { kind: 'more' };

export interface Pages {
  texts: string[];
  /** Behind the last of them. */
  position: Position;
  /** How much of the document is read, 0 to 1. */
  share: number;
}

export type Report =
  | { kind: 'ready' }
  /** Several may be wanted at a time, and are given as they come. */
  | { kind: 'want'; wanted: number; start: number; end: number }
  /** A page that is begun. */
  | { kind: 'at'; page: number; share: number }
  | ({ kind: 'pages' } & Pages)
  | { kind: 'end'; title: string | null }
  | { kind: 'failed'; why: string };

/** What reads one kind of document. It gives pages in bunches whose borders depend on the document alone. */
export interface Source {
  size: number;
  name: string;
  encoding: Encoding;
  from: Position | null;
  bytes(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Tells that a page is begun. */
  at(page: number, share: number): void;
}

export type Reader = (source: Source) => AsyncGenerator<Pages, string | null, void>;

/** So much text is a bunch, in characters. */
export const BUNCH_CHARACTERS = 64 * 1024;
/** A page that has more is no page. */
export const MAX_PAGE_CHARACTERS = 4 * 1024 * 1024;
const MAX_TITLE = 300;

export const titleOf = (title: string): string | null =>
  title.replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE).toWellFormed() || null;

/** As a database takes it: no zero characters, no halves of a pair. */
export const clean = (text: string): string => text.replaceAll('\0', '').toWellFormed();
