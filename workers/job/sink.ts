/** The executor's end of a job's events, seen from the job worker. */
import type { BatchAnswer, Sink } from '../../src/core/protocol.ts';

export function sinkOver(port: MessagePort): Sink {
  const waiting: { resolve(): void; reject(error: Error): void }[] = [];
  port.onmessage = ({ data: { error } }: MessageEvent<BatchAnswer>) => {
    const first = waiting.shift();
    if (error === null) first?.resolve();
    else first?.reject(new Error(error));
  };
  return {
    append: (batch) =>
      new Promise((resolve, reject) => {
        port.postMessage(batch);
        // Only now: what cannot be cloned was not sent, and gets no answer.
        waiting.push({ resolve, reject });
      }),
  };
}
