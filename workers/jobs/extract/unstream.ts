import type { Progress } from '../../../src/core/job.ts';
import { GZIP, inflated } from './inflate.ts';
import type { Checkpoint, Place } from './place.ts';
import { inBlocks } from './slice.ts';
import { decoded, isFrame, isSkippable, numberAt } from './zstd.ts';

const HEAD_BYTES = 8;

/** Unpacks gzip members or Zstandard frames, one after the other, into one file. */
export async function* unstream(
  place: Place,
  name: string,
  format: 'gzip' | 'zstd',
  begun: { position: number; before: number } | null,
): AsyncGenerator<Progress<Checkpoint>, void, void> {
  const file = inBlocks(place.file);
  const output = await place.open(name, begun !== null);
  let { position, before } = begun ?? { position: 0, before: 0 };
  while (position < file.size) {
    const head = await file.read(position, position + HEAD_BYTES);
    const next = format === 'gzip' ? gzipAt(head) : zstdAt(head);
    if (next === 'end') {
      place.warn(`what follows at byte ${position} is no ${format} and was left out`);
      break;
    }
    if (next !== 'stream') {
      position += next.skip;
      continue;
    }
    const checkpoint = place.checkpoint({ kind: 'stream', position, before });
    const stream = format === 'gzip' ? inflated(file, position, GZIP) : decoded(file, position);
    let skip = output.size - before;
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) {
      const known = output.size;
      skip = await place.put(output, step.value.bytes, skip);
      const progress = place.progress(step.value.position, name);
      // What is read again is no progress to go on from.
      yield output.size === known ? progress : { ...progress, checkpoint };
    }
    position = step.value;
    before = output.size;
    const after = place.checkpoint({ kind: 'stream', position, before });
    yield { ...place.progress(position, name), checkpoint: after };
  }
  await place.finish(output);
}

type Next = 'stream' | 'end' | { skip: number };

const gzipAt = (head: Uint8Array): Next => (head[0] === 0x1f && head[1] === 0x8b ? 'stream' : 'end');

function zstdAt(head: Uint8Array): Next {
  const magic = numberAt(head, 0, 4);
  if (isSkippable(magic)) return { skip: 8 + numberAt(head, 4, 4) };
  return isFrame(magic) ? 'stream' : 'end';
}
