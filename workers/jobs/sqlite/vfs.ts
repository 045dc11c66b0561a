/** SQLite over a file that a job writes in place: one file, one connection, nothing else on disk. */
import type { Sqlite3Static } from '@sqlite.org/sqlite-wasm';
import type { RandomOutput } from '../../../src/core/job.ts';

const SECTOR_BYTES = 4096;
/** `sqlite3_file` holds one pointer. */
const FILE_BYTES = 8;

export interface Vfs {
  name: string;
  /** What a call of the file threw since the last look: SQLite only knows that something went wrong. */
  failure(): unknown;
  uninstall(): void;
}

export function installVfs({ capi, wasm, vfs }: Sqlite3Static, file: RandomOutput, path: string): Vfs {
  const name = `holdfast ${crypto.randomUUID()}`;
  let failed: unknown = null;
  /** The part of SQLite's memory from `pointer` on. */
  const memory = (pointer: number, length: number) =>
    new Uint8Array(wasm.heap8u().buffer as ArrayBuffer, Number(pointer), length);

  function attempt(code: number, work: () => number): number {
    try {
      return work();
    } catch (error) {
      failed = error;
      return code;
    }
  }

  const methods = new capi.sqlite3_io_methods();
  const system = new capi.sqlite3_vfs();
  // Its types do without the prefix that the struct's own fields have.
  Object.assign(methods, { $iVersion: 1 });
  system.$iVersion = 1;
  system.$szOsFile = FILE_BYTES;
  system.$mxPathname = 512;

  vfs.installVfs({
    io: {
      struct: methods,
      methods: {
        xClose: () => 0,
        xRead: (_, into, length, at) =>
          attempt(capi.SQLITE_IOERR_READ, () => {
            const bytes = memory(into, length);
            const read = file.read(bytes, Number(at));
            if (read === length) return 0;
            bytes.fill(0, read);
            return capi.SQLITE_IOERR_SHORT_READ;
          }),
        xWrite: (_, from, length, at) =>
          attempt(capi.SQLITE_IOERR_WRITE, () => {
            file.write(memory(from, length), Number(at));
            return 0;
          }),
        xTruncate: (_, size) =>
          attempt(capi.SQLITE_IOERR_TRUNCATE, () => {
            file.truncate(Number(size));
            return 0;
          }),
        // The runner flushes before a checkpoint; until then nothing of it has to last.
        xSync: () => 0,
        xFileSize: (_, into) => {
          wasm.poke64(into, BigInt(file.size));
          return 0;
        },
        xLock: () => 0,
        xUnlock: () => 0,
        xCheckReservedLock: (_, into) => {
          wasm.poke32(into, 0);
          return 0;
        },
        xFileControl: () => capi.SQLITE_NOTFOUND,
        xSectorSize: () => SECTOR_BYTES,
        xDeviceCharacteristics: () => capi.SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN,
      },
    },
    vfs: {
      struct: system,
      name,
      methods: {
        xOpen(_, zName, pFile, flags, pOutFlags) {
          if (!zName || wasm.cstrToJs(zName) !== path) return capi.SQLITE_CANTOPEN;
          const opened = new capi.sqlite3_file(pFile);
          opened.$pMethods = methods.pointer;
          opened.dispose();
          if (pOutFlags) wasm.poke32(pOutFlags, flags);
          return 0;
        },
        xDelete: () => 0,
        xAccess(_, __, ___, pOut) {
          wasm.poke32(pOut, 0);
          return 0;
        },
        xFullPathname(_, zName, length, pOut) {
          return wasm.cstrncpy(pOut, zName, length) < length ? 0 : capi.SQLITE_CANTOPEN;
        },
        xRandomness(_, length, pOut) {
          // What is written may not depend on chance.
          memory(pOut, length).fill(0);
          return length;
        },
        xSleep: () => 0,
        xCurrentTime: () => capi.SQLITE_ERROR,
        xGetLastError: () => 0,
      },
    },
  });

  return {
    name,
    failure() {
      const found = failed;
      failed = null;
      return found;
    },
    uninstall() {
      capi.sqlite3_vfs_unregister(system.pointer);
      system.dispose();
      methods.dispose();
    },
  };
}
