/** A file in OPFS, written in large pieces, as Holdfast writes its outputs. */
const BUFFER_BYTES = 256 * 1024;

/** What only workers have. */
interface SyncFile {
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
interface Openable {
  createSyncAccessHandle(): Promise<SyncFile>;
}

export async function bareOutput(name: string) {
  const root = await navigator.storage.getDirectory();
  const file = (await root.getFileHandle(name, { create: true })) as FileSystemFileHandle & Openable;
  const handle = await file.createSyncAccessHandle();
  handle.truncate(0);
  const buffer = new Uint8Array(BUFFER_BYTES);
  let held = 0;
  let size = 0;
  const drain = () => {
    handle.write(buffer.subarray(0, held), { at: size - held });
    held = 0;
  };
  return {
    write(bytes: Uint8Array) {
      for (let at = 0; at < bytes.length; ) {
        const part = bytes.subarray(at, at + BUFFER_BYTES - held);
        buffer.set(part, held);
        held += part.length;
        size += part.length;
        at += part.length;
        if (held === BUFFER_BYTES) drain();
      }
    },
    /** Gives how many bytes there are. */
    async end(): Promise<number> {
      drain();
      handle.flush();
      handle.close();
      await root.removeEntry(name);
      return size;
    },
  };
}
