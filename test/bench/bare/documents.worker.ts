/** Reads PDF files into a full-text index, with the libraries of the documents job and nothing of Holdfast around them. */
import { byteReader } from '../../../src/core/byte-reader.ts';
import type { SyncFile } from '../../../src/core/undo-log.ts';
import { readPdf } from '../../../workers/jobs/documents/pdf.ts';
import { indexable } from '../../../workers/jobs/index/words.ts';
import { openDatabase } from '../../../workers/jobs/sqlite/database.ts';

const FILE = 'bench-index.sqlite';

// pdf.js says something as soon as it is loaded, which is no answer.
const answer = self.postMessage.bind(self);
self.postMessage = () => {};

/** Answers with how many pages the files have. */
self.onmessage = async ({ data: files }: MessageEvent<File[]>) => {
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
  db.exec(`create table texts (id integer primary key, text text);
    create virtual table words using fts5 (text, content='', contentless_delete=1)`);
  const addText = db.insert('insert into texts values (?, ?)');
  const addWords = db.insert('insert into words (rowid, text) values (?, ?)');
  let count = 0;
  for (const file of files) {
    const bytes = byteReader(file);
    const pages = readPdf({
      name: file.name,
      size: file.size,
      encoding: 'auto',
      from: null,
      bytes: async (start, end) => (await bytes(start, end)).slice(),
      at: () => {},
    });
    for await (const { texts } of pages) {
      db.exec('begin');
      for (const text of texts) {
        count += 1;
        addText.run([count, text]);
        addWords.run([count, indexable(text)]);
      }
      db.exec('commit');
    }
    handle.flush();
  }
  addText.finalize();
  addWords.finalize();
  db.close();
  handle.close();
  await root.removeEntry(FILE);
  answer(count);
};
