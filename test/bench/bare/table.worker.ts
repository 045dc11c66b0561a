/** Reads a CSV file twice, for its types and to write it, with the libraries of the table job and nothing of Holdfast around them. */
/// <reference path="../../../workers/jobs/table/papaparse.d.ts" />
import Papa from 'papaparse';
import { byteReader } from '../../../src/core/byte-reader.ts';
import type { SyncFile } from '../../../src/core/undo-log.ts';
import { openDatabase } from '../../../workers/jobs/sqlite/database.ts';
import { kindOf, typeOf, valueIn } from '../../../workers/jobs/table/types.ts';

const CHUNK_BYTES = 1024 * 1024;
const FILE = 'bench.sqlite';

async function* rowsOf(file: File): AsyncGenerator<string[][]> {
  const parser = new Papa.Parser({ delimiter: ',', newline: '\n', quoteChar: '"' });
  const decoder = new TextDecoder();
  const bytes = byteReader(file);
  let rest = '';
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    const text = rest + decoder.decode(await bytes(at, at + CHUNK_BYTES), { stream: true });
    const { data, meta } = parser.parse(text, 0, true);
    rest = text.slice(meta.cursor);
    yield at === 0 ? data.slice(1) : data;
  }
}

/** Answers with how many rows the file has. */
self.onmessage = async ({ data: [file = new File([], 'nothing')] }: MessageEvent<File[]>) => {
  const root = await navigator.storage.getDirectory();
  const handle = await (
    (await root.getFileHandle(FILE, { create: true })) as FileSystemFileHandle & {
      createSyncAccessHandle(): Promise<SyncFile>;
    }
  ).createSyncAccessHandle();
  handle.truncate(0);
  const db = await openDatabase({
    get size() {
      return handle.getSize();
    },
    read: (into, at) => handle.read(into, { at }),
    write: (bytes, at) => void handle.write(bytes, { at }),
    truncate: (size) => handle.truncate(size),
  });

  const masks: number[] = [];
  for await (const rows of rowsOf(file)) {
    for (const row of rows) {
      for (let at = 0; at < row.length; at += 1) masks[at] = (masks[at] ?? 0) | kindOf(row[at] ?? '');
    }
  }
  let count = 0;
  if (masks.length > 0) {
    const converters = masks.map((mask) => valueIn(typeOf(mask), false));
    db.exec(`create table t (${masks.map((_, at) => `c${at}`).join(',')})`);
    const insert = db.insert(`insert into t values (${masks.map(() => '?').join(',')})`);
    for await (const rows of rowsOf(file)) {
      db.exec('begin');
      for (const row of rows) insert.run(converters.map((convert, at) => convert(row[at])));
      db.exec('commit');
      count += rows.length;
    }
    insert.finalize();
  }
  db.close();
  handle.flush();
  handle.close();
  await root.removeEntry(FILE);
  self.postMessage(count);
};
