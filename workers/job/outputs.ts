/** The output files of one run. */
import type { OutputFiles, OutputHandle } from '../../src/core/output-file.ts';
import type { Checkpoint, OutputFile } from '../../src/core/schema.ts';

export function openOutputs(files: OutputFiles, task_id: string, checkpoint: Checkpoint | null) {
  const open = new Map<string, OutputHandle>();
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

    /** Stores every byte written; resolves with the sizes that a checkpoint may name. */
    async flush(): Promise<OutputFile[]> {
      await Promise.all([...open.values()].map((output) => output.flush()));
      const now = [...open.values()].map(({ name, type, size }) => ({ name, type, size }));
      return [...[...earlier.values()].filter(({ name }) => !open.has(name)), ...now];
    },

    close() {
      for (const output of open.values()) output.close();
    },
  };
}
