/** The output files of one run. */

import type { OutputHandle } from '../../src/core/buffered-output.ts';
import type { Output } from '../../src/core/job.ts';
import type { OutputFiles, RandomHandle } from '../../src/core/output-file.ts';
import type { Checkpoint, SavedOutput } from '../../src/core/schema.ts';

export function openOutputs(files: OutputFiles, task_id: string, checkpoint: Checkpoint | null) {
  const open = new Map<string, OutputHandle>();
  const random = new Map<string, RandomHandle>();
  /** Those that are not open: of the checkpoint, or closed since. */
  const settled = new Map(checkpoint?.outputs.map((output) => [output.name, output]));

  const outputOf = (handle: OutputHandle): Output => ({
    get size() {
      return handle.size;
    },
    write: handle.write,
    async close() {
      const { name, type } = handle;
      if (open.get(name) !== handle) return;
      await handle.flush();
      handle.close();
      open.delete(name);
      settled.set(name, { name, type, size: handle.size });
    },
  });

  return {
    /** Opens a file where the checkpoint, or its last `close`, left it: what was written after the checkpoint is cut off. */
    async open(name: string, type: string): Promise<Output> {
      const known = open.get(name);
      if (known) return outputOf(known);
      const handle = await files.openOutput(task_id, name, type, settled.get(name)?.size ?? 0);
      open.set(name, handle);
      settled.delete(name);
      return outputOf(handle);
    },

    /** Opens a file that is written in place as it was at the checkpoint. */
    async openRandom(name: string, type: string): Promise<RandomHandle> {
      const known = random.get(name);
      if (known) return known;
      const handle = await files.openRandomOutput(task_id, name, type, settled.get(name)?.mark ?? null);
      random.set(name, handle);
      settled.delete(name);
      return handle;
    },

    /** Stores every byte written; resolves with what a checkpoint may name. */
    async flush(): Promise<SavedOutput[]> {
      const now = await Promise.all([
        ...[...open.values()].map(async (output) => {
          await output.flush();
          return shapeOf(output);
        }),
        ...[...random.values()].map(async (output) => ({ mark: await output.flush(), ...shapeOf(output) })),
      ]);
      return [...settled.values(), ...now];
    },

    close() {
      for (const output of [...open.values(), ...random.values()]) output.close();
    },
  };
}

const shapeOf = ({ name, type, size }: OutputHandle | RandomHandle) => ({ name, type, size });
