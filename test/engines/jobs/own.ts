/** The jobs of the checks. */
import { defineJob, type Job, type JobContext } from '../../../src/core/job.ts';
import * as specs from './specs.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const flood = defineJob({
  ...specs.flood,
  async *run({ lines }, { log }) {
    for (let done = 1; done <= lines; done += 1) {
      log('info', `line ${done}`);
      if (done % 100 === 0) yield { done, total: lines };
    }
  },
});

const leaflet = defineJob({
  ...specs.leaflet,
  // biome-ignore lint/correctness/useYield: it has one thing to do.
  async *run({ name, type, text }, { output }) {
    await (await output(name, type)).write(text);
  },
});

const ledger = defineJob({
  ...specs.ledger,
  async *run({ lines, line_ms }, { output, resumeFrom }: JobContext<number>) {
    const file = await output('ledger.txt', 'text/plain');
    for (let line = (resumeFrom ?? 0) + 1; line <= lines; line += 1) {
      await pause(line_ms);
      await file.write(`line ${line}\n`);
      yield { done: line, total: lines, unit: 'lines', checkpoint: () => line };
    }
    return { bytes: file.size };
  },
});

const solo = defineJob({
  ...specs.solo,
  async *run({ steps }) {
    for (let done = 1; done <= steps; done += 1) {
      await pause(20);
      yield { done, total: steps };
    }
  },
});

export const jobs = new Map<string, Job>(
  [flood, leaflet, ledger, solo].map((job) => [job.type, job as unknown as Job]),
);
