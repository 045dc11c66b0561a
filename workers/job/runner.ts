/** Runs one job: turns its generator into events, takes its checkpoints, and brings it to an end when it is told to stop. */
import type { Files } from '../../src/core/files.ts';
import type { Job, JobContext, LastingFile, Progress } from '../../src/core/job.ts';
import type { LastingFiles } from '../../src/core/lasting-file.ts';
import type { Assignment, Sink } from '../../src/core/protocol.ts';
import type { Batch, CheckpointDraft, Ending, Outcome } from '../../src/core/schema.ts';
import { FileChanged, FileMissing } from '../../src/core/stored-files.ts';
import { taskProblem } from '../../src/core/task.ts';
import { messageHop } from '../jobs/hop.ts';
import { eventQueue } from './event-queue.ts';
import { openOutputs } from './outputs.ts';

/** The least time between two checkpoints: what a resume does again is about this much. */
const CHECKPOINT_MS = 1_000;
const FIRST_CHECKPOINT_MS = 100;
/** A generator that yields without waiting never leaves the microtask queue: this often, messages get their chance. */
const HOP_MS = 10;

export interface RunnerHost {
  files: Files;
  lasting: LastingFiles;
  sink: Sink;
  /** Aborts when the job is to end; its reason's message is "keep" when a last checkpoint is wanted. */
  signal: AbortSignal;
}

/** Resolves however the job ends; never rejects for what the job did. */
export async function runJob(
  load: () => Promise<Job>,
  { task, checkpoint }: Assignment,
  host: RunnerHost,
): Promise<Ending> {
  const { files, lasting, sink, signal } = host;
  const events = eventQueue(sink);
  const outputs = openOutputs(files, task.task_id, checkpoint);
  const hop = messageHop();
  const open: LastingFile[] = [];

  let last: CheckpointDraft | null = null;

  async function outcomeOf(): Promise<Outcome> {
    const job = await load();
    const context: JobContext<unknown> = {
      task_id: task.task_id,
      signal,
      resumeFrom: checkpoint?.data ?? null,
      log: events.log,
      output: outputs.open,
      randomOutput: outputs.openRandom,
      async lasting(name) {
        const file = await lasting.open(name, signal);
        open.push(file);
        return file;
      },
      file: (ref) => ('file_id' in ref ? files.openInput(ref.file_id) : files.readOutput(ref)),
    };
    const take = async ({ checkpoint: state }: Progress<unknown>): Promise<CheckpointDraft | null> =>
      state ? { version: job.version, data: state(), outputs: await outputs.flush() } : null;

    generator = job.run(task.input, context);
    let hopped = performance.now();
    // The first one comes early: who reloads at once is not to begin anew.
    let checkpointed = hopped - CHECKPOINT_MS + FIRST_CHECKPOINT_MS;
    let step = await generator.next();
    while (!step.done) {
      const now = performance.now();
      const due = step.value.checkpoint !== undefined && now - checkpointed >= CHECKPOINT_MS && !signal.aborted;
      events.progress(step.value, now, due);
      if (signal.aborted) break;
      if (due) {
        await events.flush(await take(step.value));
        checkpointed = performance.now();
      }
      if (events.full()) await events.flush(null);
      if (now - hopped >= HOP_MS) {
        await hop();
        hopped = performance.now();
        if (signal.aborted) break;
      }
      step = await generator.next();
    }
    if (step.done) {
      const files = (await outputs.flush()).map(({ name, type, size }) => ({ name, type, size }));
      return { kind: 'completed', result: jsonOf(step.value), files };
    }
    // Taken while the job is still suspended at the yield that carries it; its `finally` blocks run after that.
    if (keeps(signal)) last = await take(step.value);
    await generator.return(undefined);
    return { kind: 'stopped' };
  }

  let outcome: Outcome;
  let generator: ReturnType<Job['run']> | undefined;
  try {
    outcome = await outcomeOf();
  } catch (error) {
    outcome = signal.aborted ? { kind: 'stopped' } : failure(error);
    // What failed may have been around the job, which is suspended then: its `finally` blocks run all the same.
    await generator
      ?.return(undefined)
      .catch((late: unknown) => events.log('warn', `while it was ended: ${messageOf(late)}`));
    if (signal.aborted && error !== signal.reason) events.log('warn', `while it was stopped: ${messageOf(error)}`);
  }
  outputs.close();
  for (const file of open) file.close();
  hop.close();
  const batch: Batch = await events.rest(last);
  return { outcome, batch };
}

const keeps = (signal: AbortSignal) => signal.reason instanceof DOMException && signal.reason.message === 'keep';

function failure(error: unknown): Outcome {
  if (error instanceof FileMissing) return { kind: 'waiting', reason: 'file-missing', message: error.message };
  if (error instanceof FileChanged) return { kind: 'failed', error: taskProblem('invalid-input', error.message) };
  if (error instanceof DOMException && error.name === 'QuotaExceededError') {
    return { kind: 'waiting', reason: 'quota-exceeded', message: 'The browser’s storage is full.' };
  }
  return { kind: 'failed', error: taskProblem('job-failed', messageOf(error)) };
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  try {
    return typeof error === 'string' ? error : `The job threw ${JSON.stringify(error)}.`;
  } catch {
    return 'The job threw something that cannot be shown.';
  }
}

/** A result is JSON, because that is how it is served. */
function jsonOf(result: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(result ?? null));
  } catch (error) {
    throw new TypeError(`The job's result is not JSON: ${messageOf(error)}`);
  }
}
