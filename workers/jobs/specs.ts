/** Every job there is. Its code is loaded by `runs.ts`. */
import type { JobSpec } from '../../src/core/job.ts';
import { spec as archive } from './archive/spec.ts';
import { spec as checksum } from './checksum/spec.ts';
import { spec as countdown } from './countdown/spec.ts';
import { spec as documents } from './documents/spec.ts';
import { spec as duplicates } from './duplicates/spec.ts';
import { spec as extract } from './extract/spec.ts';
import { spec as grep } from './grep/spec.ts';
import { spec as images } from './images/spec.ts';
import { spec as spin } from './spin/spec.ts';
import { spec as table } from './table/spec.ts';
import { spec as verify } from './verify/spec.ts';

export const specs: readonly JobSpec[] = [
  checksum,
  verify,
  duplicates,
  archive,
  extract,
  table,
  documents,
  grep,
  images,
  countdown,
  spin,
];

const byType = new Map(specs.map((spec) => [spec.type, spec]));

export const specOf = (type: string): JobSpec | undefined => byType.get(type);
