/** An output file that is written to its end: small writes are put together. */

/** An output file, and what its runner does with it. */
export interface OutputHandle {
  readonly name: string;
  readonly type: string;
  /** Bytes written so far. */
  readonly size: number;
  /** Resolves when there is room for more. Throws `QuotaExceededError` when the storage is full. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Resolves when every byte written is stored. */
  flush(): Promise<void>;
  /** Gives the file free for others; unflushed bytes are lost. */
  close(): void;
}

export interface Bytes {
  write(bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void>;
  flush(): Promise<void>;
  close(): void;
}

/** What was written up to a checkpoint is not there any more: what is written after it would be behind a hole. */
export const cutShort = (name: string, held: number, size: number) =>
  new Error(`Of what was written of "${name}" ${held} bytes are left; there were ${size} at the checkpoint.`);

const BUFFER_BYTES = 256 * 1024;

export function buffered(name: string, type: string, start: number, store: Bytes): OutputHandle {
  let stored = start;
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let waiting = 0;
  let drained = Promise.resolve();
  async function drain() {
    if (waiting === 0) return;
    const [only] = pending;
    const bytes = only && pending.length === 1 ? only : joined(pending, waiting);
    pending = [];
    waiting = 0;
    const offset = stored;
    stored += bytes.length;
    await store.write(bytes, offset);
  }
  return {
    name,
    type,
    get size() {
      return stored + waiting;
    },
    async write(data) {
      const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data.slice();
      pending.push(bytes);
      waiting += bytes.length;
      if (waiting < BUFFER_BYTES) return;
      // A write that the job did not wait for is waited for by the flush.
      drained = drained.then(drain);
      await drained;
    },
    async flush() {
      drained = drained.then(drain);
      await drained;
      await store.flush();
    },
    close: () => store.close(),
  };
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
