/**
 * The records of an export file. Each is a line of JSON and then as many bytes as it says; its hash covers the hash of the record
 * before it, its line and its bytes, so a file that was cut, reordered or changed anywhere is found out, and where.
 */
import * as v from 'valibot';

/** What a record says of itself, beside what its kind adds. */
export interface Head {
  kind: string;
}

export interface ExportRecord {
  head: Head & Record<string, unknown>;
  body: Uint8Array<ArrayBuffer>;
  /** Where it begins and ends, in bytes. */
  at: number;
  end: number;
}

/** The file is not what an export is; `position` is where, in bytes. */
export class BrokenExport extends Error {
  override name = 'BrokenExport';
  /** Which record it is, counted from 1. */
  record: number | undefined;
  constructor(
    readonly position: number,
    why: string,
  ) {
    super(`${why} (at byte ${position})`);
  }
}

const MAX_LINE_BYTES = 64 * 1024;
/** A task's whole log is one record. */
export const MAX_BODY_BYTES = 256 * 1024 * 1024;
const NEW_LINE = 10;

/** The hash stands at the end of its line, and covers what stands before it. */
const SIGNED = /^(\{.+),"sha256":"([0-9a-f]{64})"\}$/;

const LineSchema = v.looseObject({
  kind: v.string(),
  bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_BODY_BYTES)),
});

/** Gives the bytes of one record after the other. */
export function recordWriter() {
  let chain = '';
  const encoder = new TextEncoder();
  return async (head: Head & Record<string, unknown>, body: Uint8Array<ArrayBuffer> = new Uint8Array()) => {
    const line = JSON.stringify({ ...head, bytes: body.length });
    chain = await hashOf(chain, line, body);
    return [encoder.encode(`${line.slice(0, -1)},"sha256":"${chain}"}\n`), body];
  };
}

/** The records of a file, each with its hash seen to be right. Throws `BrokenExport`. */
export async function* readRecords(stream: ReadableStream<Uint8Array>): AsyncGenerator<ExportRecord, void, void> {
  const input = buffered(stream);
  let chain = '';
  let number = 0;
  try {
    for (;;) {
      number += 1;
      const at = input.position;
      const line = await input.line();
      if (line === null) return;
      const { said, sha256, head } = parsed(line, at);
      const body = await input.take(head.bytes);
      if (!body) throw new BrokenExport(at, `The file ends within its record "${head.kind}".`);
      chain = await hashOf(chain, said, body);
      if (chain !== sha256)
        throw new BrokenExport(at, `The record "${head.kind}" is not what was written: its hash differs.`);
      yield { head, body, at, end: input.position };
    }
  } catch (error) {
    if (error instanceof BrokenExport) error.record = number;
    throw error;
  } finally {
    await input.cancel();
  }
}

function parsed(line: string, at: number) {
  const [, open, sha256] = SIGNED.exec(line) ?? [];
  const said = `${open}}`;
  let json: unknown;
  try {
    json = JSON.parse(said);
  } catch {
    throw new BrokenExport(at, 'There is no record here.');
  }
  const result = v.safeParse(LineSchema, json);
  if (!result.success) throw new BrokenExport(at, `There is no record here: ${v.summarize(result.issues)}`);
  return { said, sha256, head: result.output };
}

async function hashOf(chain: string, line: string, body: Uint8Array<ArrayBuffer>): Promise<string> {
  const said = new TextEncoder().encode(`${chain}\n${line}\n`);
  const all = new Uint8Array(said.length + body.length);
  all.set(said);
  all.set(body, said.length);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Lines and counted bytes of a stream, with no more kept of it than the next record. */
function buffered(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let kept = 0;
  let position = 0;

  async function more(): Promise<boolean> {
    const { done, value } = await reader.read();
    if (done) return false;
    chunks.push(value);
    kept += value.length;
    return true;
  }

  function cut(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const [first = new Uint8Array()] = chunks;
      const part = first.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      if (part.length === first.length) chunks.shift();
      else chunks[0] = first.subarray(part.length);
    }
    kept -= length;
    position += length;
    return bytes;
  }

  const lineEnd = () => {
    let before = 0;
    for (const chunk of chunks) {
      const at = chunk.indexOf(NEW_LINE);
      if (at >= 0) return before + at;
      before += chunk.length;
    }
    return -1;
  };

  return {
    get position() {
      return position;
    },
    /** Null at the end. */
    async line(): Promise<string | null> {
      let end = lineEnd();
      while (end < 0) {
        if (kept > MAX_LINE_BYTES) throw new BrokenExport(position, 'There is no record here.');
        if (!(await more())) {
          if (kept > 0) throw new BrokenExport(position, 'The file ends within a line.');
          return null;
        }
        end = lineEnd();
      }
      if (end > MAX_LINE_BYTES) throw new BrokenExport(position, 'There is no record here.');
      const bytes = cut(end + 1);
      return new TextDecoder().decode(bytes.subarray(0, end));
    },
    /** Null when there are not so many. */
    async take(length: number): Promise<Uint8Array<ArrayBuffer> | null> {
      while (kept < length) if (!(await more())) return null;
      return cut(length);
    },
    cancel: () => reader.cancel().catch(() => {}),
  };
}
