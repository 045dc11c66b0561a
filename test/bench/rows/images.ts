/** Pictures to half their size: what everything around decoding and encoding costs. */
import type { Row } from '../bench.ts';
import { besideBare } from '../beside.ts';
import { photo } from '../photo.ts';

const TIMES = 70;

export const row: Row = async (bench) =>
  besideBare(bench, {
    what: `${TIMES} JPEG of 3 megapixels, half as large`,
    type: 'images',
    input: { percent: 50, zip: false },
    files: [await photo()],
    times: TIMES,
    worker: () => new Worker(new URL('../bare/images.worker.ts', import.meta.url), { type: 'module' }),
    agrees: (result) => (result as { after: number }).after,
    rounds: 4,
    memory: 400,
  });
