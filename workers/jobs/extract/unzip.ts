import type { InputFile, Progress } from '../../../src/core/job.ts';
import { chunksOf } from '../chunks.ts';
import { hasherOf } from '../hashing/hashers.ts';
import { inflated, type Piece, RAW } from './inflate.ts';
import type { Checkpoint, Place } from './place.ts';
import { dataOf, directoryOf, type ZipEntry } from './zip-directory.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Unpacks a ZIP into `folder`. `from`: how many entries were done before; null when none was begun. */
export async function* unzip(
  place: Place,
  folder: string,
  from: number | null,
): AsyncGenerator<Progress<Checkpoint>, void, void> {
  const { file } = place;
  const crc = await hasherOf('crc32');
  let read = 0;
  for (const [index, entry] of (yield* directoryOf(file, place.progress(0, file.name))).entries()) {
    const before = read;
    read += entry.compressed;
    if (index < (from ?? 0)) continue;
    try {
      const output = await place.open(folder + entry.name, index === from);
      let skip = output.size;
      let size = 0;
      crc.init();
      for await (const { bytes, position } of piecesOf(await dataOf(file, entry), entry)) {
        crc.update(bytes);
        size += bytes.length;
        if (size > entry.size) break;
        const known = output.size;
        skip = await place.put(output, bytes, skip);
        const progress = place.progress(before + position, entry.name);
        const checkpoint = place.checkpoint({ kind: 'zip', entries: index });
        // What is read again is no progress to go on from.
        yield output.size === known ? progress : { ...progress, checkpoint };
      }
      if (size !== entry.size) throw new Error(`it has not the ${entry.size} bytes that the directory says`);
      if (Number.parseInt(crc.digest(), 16) !== entry.crc) throw new Error('its checksum differs');
      await place.finish(output);
    } catch (error) {
      throw error instanceof Error && error.constructor === Error ? named(error, index, entry) : error;
    }
    const checkpoint = place.checkpoint({ kind: 'zip', entries: index + 1 });
    yield { ...place.progress(read, entry.name), checkpoint };
  }
}

const named = (error: Error, index: number, { name, offset }: ZipEntry) =>
  new Error(`entry ${index + 1}, ${JSON.stringify(name)} at byte ${offset}: ${error.message}`, { cause: error });

async function* piecesOf(data: InputFile, { method }: ZipEntry): AsyncGenerator<Piece, void, void> {
  if (method !== 0) {
    yield* inflated(data, 0, RAW);
    return;
  }
  let position = 0;
  for await (const bytes of chunksOf(data, 0, CHUNK_BYTES)) {
    position += bytes.length;
    yield { bytes, position };
  }
}
