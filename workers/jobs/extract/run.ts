import { defineJob, type JobContext } from '../../../src/core/job.ts';
import { entryNames } from '../archive/names.ts';
import { bytesOf, opened } from '../opened.ts';
import { formatOf, unpackedName } from './format.ts';
import { type Checkpoint, type Counts, placeOf } from './place.ts';
import { spec } from './spec.ts';
import { unstream } from './unstream.ts';
import { unzip } from './unzip.ts';

/** The errors that an archive has to answer for; a file that is gone, or a full storage, is another matter. */
const BLAMED = ['Error', 'RangeError', 'TypeError'];

export const job = defineJob({
  ...spec,
  async *run({ files, ...limits }, context: JobContext<Checkpoint>) {
    const from = context.resumeFrom;
    const counts: Counts = { files: from?.files ?? 0, bytes: from?.bytes ?? 0, here: from?.here ?? 0 };
    const metas = yield* opened(files, context, from?.done);
    const names = entryNames(metas.map(({ name }) => unpackedName(name)));
    const total = bytesOf(metas);
    let before = 0;

    for (const [archives, ref] of files.entries()) {
      const name = names[archives] ?? '';
      const size = metas[archives]?.size ?? 0;
      if (archives >= (from?.archives ?? 0)) {
        const file = await context.file(ref);
        const at = archives === from?.archives ? from.at : null;
        const place = placeOf(file, archives, counts, limits, { before, total }, context);
        try {
          const format = formatOf(await file.read(0, Math.min(size, 8)));
          // Several archives get a folder each.
          if (format === 'zip') {
            yield* unzip(place, files.length > 1 ? `${name}/` : '', at?.kind === 'zip' ? at.entries : null);
          } else yield* unstream(place, name, format, at?.kind === 'stream' ? at : null);
        } catch (error) {
          if (!(error instanceof Error && BLAMED.includes(error.name))) throw error;
          throw new Error(`${file.name}: ${error.message}`, { cause: error });
        }
        counts.here = 0;
        const done = before + size;
        const checkpoint = () => ({ archives: archives + 1, ...counts, at: null, done });
        yield { done, total, unit: 'bytes', message: file.name, checkpoint };
      }
      before += size;
    }
    return { archives: files.length, files: counts.files, bytes: counts.bytes };
  },
});
