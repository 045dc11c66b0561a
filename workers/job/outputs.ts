/** The output files of one run. */
import type { OutputFiles, OutputHandle, RandomHandle } from '../../src/core/output-file.ts';
import type { Checkpoint, SavedOutput } from '../../src/core/schema.ts';

export function openOutputs(files: OutputFiles, task_id: string, checkpoint: Checkpoint | null) {
  const open = new Map<string, OutputHandle>();
  const random = new Map<string, RandomHandle>();
  const earlier = new Map(checkpoint?.outputs.map((output) => [output.name, output]));

  return {
    /** Opens a file where the checkpoint left it: what was written after that is cut off. */
    async open(name: string, type: string): Promise<OutputHandle> {
      const known = open.get(name);
      if (known) return known;
      const handle = await files.openOutput(task_id, name, type, earlier.get(name)?.size ?? 0);
      open.set(name, handle);
      return handle;
    },

    /** Opens a file that is written in place as it was at the checkpoint. */
    async openRandom(name: string, type: string): Promise<RandomHandle> {
      const known = random.get(name);
      if (known) return known;
      const handle = await files.openRandomOutput(task_id, name, type, earlier.get(name)?.mark ?? null);
      random.set(name, handle);
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
      const reopened = new Set(now.map(({ name }) => name));
      return [...[...earlier.values()].filter(({ name }) => !reopened.has(name)), ...now];
    },

    close() {
      for (const output of [...open.values(), ...random.values()]) output.close();
    },
  };
}

const shapeOf = ({ name, type, size }: OutputHandle | RandomHandle) => ({ name, type, size });
