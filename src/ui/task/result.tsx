import type { ComponentType } from 'preact';
import * as v from 'valibot';
import type { Task } from '../../client/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { size } from '../format.ts';
import { sumsIn } from '../json.ts';
import type { Notices } from '../notices-model.ts';
import { strings } from '../strings.ts';
import { ReadDocuments } from './results/documents.tsx';
import { DuplicateGroups } from './results/duplicates.tsx';
import { Matches } from './results/matches.tsx';
import { PictureList } from './results/pictures.tsx';
import {
  type Archived,
  ArchiveSchema,
  DocumentsSchema,
  DuplicatesSchema,
  type Extracted,
  ExtractSchema,
  GrepSchema,
  ImagesSchema,
  TablesSchema,
  VerifySchema,
} from './results/shapes.ts';
import { TableReports } from './results/tables.tsx';
import { VerifiedFiles } from './results/verified.tsx';
import { SumTable } from './sum-table.tsx';
import { ValueTree } from './value-tree.tsx';

/** Draws results that fit the schema; those of an older version of the job may not. */
const drawing =
  <S extends v.GenericSchema>(schema: S, View: ComponentType<{ result: v.InferOutput<S> }>) =>
  (result: unknown) => {
    const read = v.safeParse(schema, result);
    return read.success ? <View result={read.output} /> : null;
  };

const drawings: Record<string, ReturnType<typeof drawing>> = {
  verify: drawing(VerifySchema, VerifiedFiles),
  duplicates: drawing(DuplicatesSchema, DuplicateGroups),
  documents: drawing(DocumentsSchema, ReadDocuments),
  grep: drawing(GrepSchema, Matches),
  images: drawing(ImagesSchema, PictureList),
  table: drawing(TablesSchema, TableReports),
  archive: drawing(ArchiveSchema, ({ result: { bytes, packed } }: { result: Archived }) => (
    <p>{strings.view.packed(size(bytes), size(packed))}</p>
  )),
  extract: drawing(ExtractSchema, ({ result: { files, bytes } }: { result: Extracted }) => (
    <p>{strings.view.extracted(files, size(bytes))}</p>
  )),
};

/** A result as people would rather see it; one of an unknown shape as a value. */
export function Result({ task: { type, result }, notices }: { task: Task; notices: Notices }) {
  const sums = sumsIn(result);
  return (
    <section class="result-part" aria-labelledby="result-title">
      <div class="row between">
        <h2 id="result-title">{strings.view.result}</h2>
        <CopyButton text={() => JSON.stringify(result, null, 2)} notices={notices}>
          {strings.view.copyJson}
        </CopyButton>
      </div>
      {sums ? <SumTable sums={sums} notices={notices} /> : (drawings[type]?.(result) ?? <Plain result={result} />)}
    </section>
  );
}

const Plain = ({ result }: { result: unknown }) =>
  result === null || result === undefined ? <p class="soft">{strings.view.nothing}</p> : <ValueTree value={result} />;
