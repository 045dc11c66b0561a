/** The bytes of an input file in rows of their own, for browsers whose IndexedDB takes no blobs: private windows of Safari, and WebKitGTK under automation (measured, 2.50). */
import type { Connection } from './connection.ts';
import { type FileRow, inputPartsOwner, partsOf } from './idb-schema.ts';

/** As much as a job reads at a time; each part is written and read by itself. */
const PART_BYTES = 4 * 1024 * 1024;

/** Whether a write failed because of the blob in it. */
export const takesNoBlobs = (error: unknown): boolean =>
  error instanceof DOMException && (error.name === 'UnknownError' || error.name === 'DataCloneError');

export function inputParts(connection: Connection) {
  return {
    /** `row`: the file's own, which is stored already. */
    async write(row: FileRow, content: Blob): Promise<void> {
      for (let offset = 0; offset < content.size; offset += PART_BYTES) {
        const body = new Uint8Array(await content.slice(offset, offset + PART_BYTES).arrayBuffer());
        const part = { ...row, owner: inputPartsOwner(row.name), offset, size: body.length, body };
        await connection((db) => db.put('files', part));
      }
    },

    /** The bytes from `start` to `end` (exclusive), or those of them that there are. */
    async read(file_id: string, start: number, end: number): Promise<Uint8Array> {
      const first = Math.floor(start / PART_BYTES) * PART_BYTES;
      const rows = await connection((db) => db.getAll('files', partsOf(file_id, first, end)));
      // Not by way of a blob: WebKitGTK 2.50 sometimes cannot read one of bytes, after another page was loaded again (seen).
      const bytes = new Uint8Array(end - start);
      let found = 0;
      for (const { offset, body } of rows) {
        if (!(body instanceof Uint8Array)) continue;
        const part = body.subarray(Math.max(0, start - offset), Math.max(0, end - offset));
        bytes.set(part, Math.max(0, offset - start));
        found += part.length;
      }
      return bytes.subarray(0, found);
    },
  };
}
