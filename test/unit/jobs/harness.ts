/** Runs a job over files in memory, and kills it wherever a task can be killed. */
import * as v from 'valibot';
import type { FileRef, Input, InputFile, Job, JobContext, Level, Progress } from '../../../src/core/job.ts';

export type Bytes = Uint8Array<ArrayBuffer>;
export type Sources = Record<string, Bytes>;

/** What lasts when a worker dies: output files, and the last checkpoint with the outputs' sizes at that time. */
interface Disk {
  outputs: Map<string, Bytes>;
  checkpoint: { value: unknown; sizes: Map<string, number> } | null;
}

/** No job that is run here writes in place: those come through the gate, which has real files. */
const randomOutput = () => Promise.reject(new Error('this disk has no files that are written in place'));

export interface Ended {
  result: unknown;
  outputs: Record<string, string>;
  yields: Progress<unknown>[];
  logs: { level: Level; message: string }[];
}

export const refsTo = (sources: Sources): { file_id: string }[] => Object.keys(sources).map((file_id) => ({ file_id }));

export const bytes = (text: string): Bytes => new TextEncoder().encode(text);

/** An input file in memory; its name is its id. */
export function fileOf(sources: Sources, ref: FileRef): InputFile {
  const file_id = 'file_id' in ref ? ref.file_id : ref.name;
  const source = sources[file_id];
  if (!source) throw new Error(`${file_id} is gone`);
  return { name: file_id, size: source.length, last_modified: 0, read: async (start, end) => source.slice(start, end) };
}

export interface Setting {
  sources?: Sources;
  signal?: AbortSignal;
  file?: JobContext<unknown>['file'];
}

function contextOf(disk: Disk, logs: Ended['logs'], { sources = {}, signal, file }: Setting): JobContext<unknown> {
  return {
    signal: signal ?? new AbortController().signal,
    resumeFrom: structuredClone(disk.checkpoint?.value ?? null),
    log: (level, message) => logs.push({ level, message }),
    file: file ?? (async (ref) => fileOf(sources, ref)),
    task_id: 'task',
    randomOutput,
    lasting: randomOutput,
    async output(name) {
      const size = disk.checkpoint?.sizes.get(name) ?? 0;
      disk.outputs.set(name, (disk.outputs.get(name) ?? new Uint8Array()).slice(0, size));
      const written = () => disk.outputs.get(name) ?? new Uint8Array();
      return {
        get size() {
          return written().length;
        },
        async write(data) {
          disk.outputs.set(name, new Uint8Array([...written(), ...(typeof data === 'string' ? bytes(data) : data)]));
        },
        close: async () => {},
      };
    },
  };
}

/** One attempt. A checkpoint is taken at every yield; after `limit` yields the worker is gone, without a word. */
async function attempt(job: Job, input: unknown, disk: Disk, setting: Setting, limit: number): Promise<Ended | null> {
  const ended: Ended = { result: undefined, outputs: {}, yields: [], logs: [] };
  const run = job.run(v.parse(job.input, input), contextOf(disk, ended.logs, setting));
  for (;;) {
    if (ended.yields.length === limit) return null;
    const { done, value } = await run.next();
    if (done) {
      const decoder = new TextDecoder();
      const outputs = Object.fromEntries([...disk.outputs].map(([name, data]) => [name, decoder.decode(data)]));
      return { ...ended, result: value, outputs };
    }
    ended.yields.push(value);
    if (value.checkpoint) {
      const sizes = new Map([...disk.outputs].map(([name, data]) => [name, data.length]));
      disk.checkpoint = { value: structuredClone(value.checkpoint()), sizes };
    }
  }
}

const emptyDisk = (): Disk => ({ outputs: new Map(), checkpoint: null });

function tear(disk: Disk) {
  for (const [name, data] of disk.outputs) disk.outputs.set(name, new Uint8Array([...data, 0xff, 0xfe]));
}

function ended(end: Ended | null): Ended {
  if (!end) throw new Error('the job did not end');
  return end;
}

export async function undisturbed<S extends Input, C, R>(
  job: Job<S, C, R>,
  input: unknown,
  setting: Setting = {},
): Promise<Ended> {
  return ended(await attempt(job as Job, input, emptyDisk(), setting, Number.POSITIVE_INFINITY));
}

/** Killed at its `n`th yield with a torn tail behind each output, then run to its end. `damage` may change the checkpoint between. */
export async function killedAt<S extends Input, C, R>(
  job: Job<S, C, R>,
  input: unknown,
  setting: Setting,
  n: number,
  damage: (checkpoint: C) => void = () => {},
): Promise<Ended> {
  const disk = emptyDisk();
  await attempt(job as Job, input, disk, setting, n);
  tear(disk);
  if (disk.checkpoint) damage(disk.checkpoint.value as C);
  return ended(await attempt(job as Job, input, disk, setting, Number.POSITIVE_INFINITY));
}

/** Killed at the first checkpoint of every attempt, until one ends. */
export async function killedAgainAndAgain<S extends Input, C, R>(
  job: Job<S, C, R>,
  input: unknown,
  setting: Setting,
): Promise<Ended> {
  const disk = emptyDisk();
  for (;;) {
    const end = await attempt(job as Job, input, disk, setting, 1);
    if (end) return end;
    tear(disk);
  }
}
