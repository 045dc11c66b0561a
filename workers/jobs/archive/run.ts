import type { IHasher } from 'hash-wasm';
import { defineJob, type InputFile, type JobContext, type Output } from '../../../src/core/job.ts';
import { chunksOf } from '../chunks.ts';
import { hasherOf } from '../hashing/hashers.ts';
import { bytesOf, opened } from '../opened.ts';
import { deflated, SEGMENT_BYTES } from './deflate.ts';
import { gzipHeader, gzipTrailer } from './gzip-format.ts';
import { commonName, entryNames } from './names.ts';
import { spec } from './spec.ts';
import { dataDescriptor, directoryEnd, directoryHeader, type Entry, localHeader } from './zip-format.ts';

/** Where a file stands that is being packed. */
interface Packing {
  /** Where its header is. */
  start: number;
  read: number;
  compressed: number;
  /** Of the hasher, which begins with a mark of the library build that saved it. */
  crc: Uint8Array;
}

interface Checkpoint {
  /** Of the files that are done. */
  entries: Entry[];
  file: Packing | null;
}

const DIRECTORY_A_TURN = 1_000;

export const job = defineJob({
  ...spec,
  async *run({ files, format, compression, name: given }, context: JobContext<Checkpoint>) {
    const entries = [...(context.resumeFrom?.entries ?? [])];
    let begun = context.resumeFrom?.file ?? null;
    const metas = yield* opened(files, context, bytesOf(entries) + (begun?.read ?? 0));
    const names = entryNames(metas.map(({ name }) => name));
    const total = bytesOf(metas);
    let done = bytesOf(entries);
    const crc = await hasherOf('crc32');
    const archive = `${(given ?? commonName(names)).replace(/\.zip$/i, '')}.zip`;
    const zip = format === 'zip' ? await context.output(archive, 'application/zip') : null;
    let written = entries.reduce((bytes, { compressed }) => bytes + compressed, 0);

    for (const [index, ref] of files.entries()) {
      if (index < entries.length) continue;
      const name = names[index] ?? '';
      const file = await context.file(ref);
      const { size, last_modified } = file;
      const output = zip ?? (await context.output(`${name}.gz`, 'application/gzip'));
      const packing = begun ?? { start: output.size, read: 0, compressed: 0, crc: new Uint8Array() };
      if (begun) await restore(crc, begun, file);
      else {
        crc.init();
        await output.write(zip ? localHeader({ name, size, last_modified }) : gzipHeader(name, last_modified));
      }
      begun = null;

      for await (const segment of segmentsOf(file, packing.read)) {
        crc.update(segment);
        const start = packing.read;
        for (const { read, bytes } of deflated(segment, compression, start + segment.length >= size)) {
          for (const piece of bytes) {
            packing.compressed += piece.length;
            await output.write(piece);
          }
          packing.read += read;
          const progress = { done: done + packing.read, total, unit: 'bytes', message: name };
          if (packing.read < start + segment.length) yield progress;
          else if (packing.read < size) {
            yield { ...progress, checkpoint: () => ({ entries: [...entries], file: { ...packing, crc: crc.save() } }) };
          }
        }
      }

      const sum = Number.parseInt(crc.digest(), 16);
      const { start: offset, compressed } = packing;
      await output.write(zip ? dataDescriptor({ crc: sum, compressed, size }) : gzipTrailer(sum, size));
      if (!zip) await output.close();
      entries.push({ name, offset, last_modified, size, compressed, crc: sum });
      done += size;
      written += compressed;
      yield { done, total, unit: 'bytes', message: name, checkpoint: () => ({ entries: [...entries], file: null }) };
    }

    if (zip) yield* directory(zip, entries, { done, total, unit: 'bytes', message: archive });
    return { files: entries.length, bytes: total, packed: zip?.size ?? written };
  },
});

/** Writes what a ZIP ends with. It is written anew after a kill: no checkpoint is in it. */
async function* directory<P>(zip: Output, entries: readonly Entry[], progress: P): AsyncGenerator<P, void, void> {
  const start = zip.size;
  for (const [index, entry] of entries.entries()) {
    await zip.write(directoryHeader(entry));
    if (index % DIRECTORY_A_TURN === DIRECTORY_A_TURN - 1) yield progress;
  }
  await zip.write(directoryEnd(entries.length, start, zip.size - start));
}

/** The rest of a file; one empty segment when there is nothing in it. */
async function* segmentsOf(file: InputFile, read: number): AsyncGenerator<Uint8Array, void, void> {
  if (file.size === 0) yield new Uint8Array();
  else yield* chunksOf(file, read, SEGMENT_BYTES);
}

/** Brings the checksum to where the file stands; reads it again up to there when another build of the library saved it. */
async function restore(crc: IHasher, { crc: state, read }: Packing, file: InputFile): Promise<void> {
  try {
    crc.init().load(state);
  } catch {
    crc.init();
    for (let at = 0; at < read; at += SEGMENT_BYTES)
      crc.update(await file.read(at, Math.min(read, at + SEGMENT_BYTES)));
  }
}
