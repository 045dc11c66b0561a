/** What a file that holds everything is, whoever writes or reads it. */
import type { Files } from '../src/core/files.ts';
import type { SavedOutput } from '../src/core/schema.ts';
import type { Snapshots, TaskSnapshot } from '../src/core/store.ts';

export interface TransferHost {
  store: Snapshots;
  files: Files;
  version: string;
  /** Runs alone: not beside the clean-up, which would take what belongs to no task yet. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export const EXPORT_TYPE = 'application/vnd.holdfast.export';
/** 1 had no files that are written in place. */
export const FORMATS = [1, 2] as const;
export const FORMAT = 2;

/** The output files that come with a task: those that its end, or its checkpoint, names. */
export const expectedOutputs = ({ task, checkpoint }: TaskSnapshot): SavedOutput[] =>
  task.status === 'completed' ? task.files : (checkpoint?.outputs ?? []);
