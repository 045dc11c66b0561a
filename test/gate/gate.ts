/** What a job has to bring to the gate, the test that all jobs share. Its cases are `cases/<type>.ts`. */
import type { FileRef } from '../../src/core/job.ts';
import type { LastingFiles } from '../../src/core/lasting-file.ts';

export interface GateFile {
  /** With its folders. */
  name: string;
  /** The same bytes every time; asked for part by part, so that a file of gigabytes takes no memory. */
  parts(): Iterable<Uint8Array<ArrayBuffer>>;
}

/** A task: its input, over these files. */
export interface Work {
  files: GateFile[];
  input(refs: FileRef[]): unknown;
}

/** A task that has to fail: its error names these, the file and the place among them. */
export interface BadWork extends Work {
  names: (string | RegExp)[];
}

export interface Gate {
  /** Real work of each kind that the job knows, small enough to be done some fifty times. */
  works: Record<string, Work>;
  /** Input that the schema lets through and that cannot be worked on; what is hostile is bounded in time and memory. */
  bad: Record<string, BadWork>;
  /** Work over about so many bytes; null for a job that takes no files. */
  big: ((bytes: number) => Work) | null;
  /** Work of few bytes that much is to be held of: what memory it takes is bounded as well. */
  heavy?: Record<string, Work>;
  /** What its tasks leave that outlasts them, in a form that can be compared. */
  lasting?: (files: LastingFiles) => Promise<unknown>;
  /** The job keeps its thread busy, and means to. */
  busy?: true;
}

export async function gateOf(type: string): Promise<Gate> {
  const { gate }: { gate: Gate } = await import(`./cases/${type}.ts`).catch((error: unknown) => {
    throw new Error(`The job "${type}" does not come through the gate: test/gate/cases/${type}.ts cannot be loaded.`, {
      cause: error,
    });
  });
  return gate;
}

export const MiB = 1024 * 1024;

export const textFile = (name: string, text: string): GateFile => ({
  name,
  parts: () => [new TextEncoder().encode(text)],
});

export const bytesFile = (name: string, bytes: Uint8Array<ArrayBuffer>): GateFile => ({ name, parts: () => [bytes] });

/** A file of bytes that no compression makes smaller. */
export function noiseFile(name: string, size: number, seed = 1): GateFile {
  return {
    name,
    *parts() {
      let x = seed;
      for (let left = size; left > 0; left -= MiB) {
        const words = new Int32Array(MiB / 4);
        for (let i = 0; i < words.length; i += 1) {
          x = (Math.imul(x, 1664525) + 1013904223) | 0;
          words[i] = x ^ (x >>> 15);
        }
        yield new Uint8Array(words.buffer).subarray(0, Math.min(left, MiB));
      }
    },
  };
}

/** A file of lines that look like a log's: compression makes them about six times smaller. */
export function linesFile(name: string, size: number): GateFile {
  const words = ['GET', 'POST', '/tasks', '/files', 'ok', 'retry', 'late', 'user', 'done', 'début', '日本'];
  return {
    name,
    *parts() {
      const encoder = new TextEncoder();
      let line = 0;
      let x = 7;
      for (let left = size; left > 0; ) {
        let text = '';
        while (text.length < MiB / 4) {
          line += 1;
          text += `${line} `;
          for (let word = 0; word < 8; word += 1) {
            x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
            text += `${words[x % words.length]}${x >>> 24} `;
          }
          text += '\n';
        }
        const bytes = encoder.encode(text);
        yield bytes.subarray(0, Math.min(left, bytes.length));
        left -= bytes.length;
      }
    },
  };
}
