// The package without what writes and what starts workers; it comes without types of its own.
declare module '@zip.js/zip.js/lib/zip-core-reader.js' {
  import type { Entry, GetEntriesOptions } from '@zip.js/zip.js';

  interface RandomReader {
    readonly size: number;
    init(): Promise<void>;
    readUint8Array(at: number, length: number): Promise<Uint8Array>;
  }

  export class ZipReader {
    constructor(reader: RandomReader, options?: GetEntriesOptions);
    getEntriesGenerator(): AsyncGenerator<Entry, boolean>;
  }
}
