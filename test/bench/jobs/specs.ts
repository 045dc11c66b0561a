/** The product's jobs and those of the bench: the build of the bench has this in the place of `workers/jobs/specs.ts`. */
import * as v from 'valibot';
import { defineSpec, type JobSpec } from '../../../src/core/job.ts';
import { specs as productSpecs } from '../../../workers/jobs/specs.ts';

const benchSpec = <const T extends string, const S extends v.GenericSchema<unknown, unknown>>(type: T, input: S) =>
  defineSpec({ type, title: type, description: 'For the bench.', version: 1, input, limits: {}, redo: 'all of it' });

export const ticks = benchSpec('ticks', v.object({ count: v.number(), low_ms: v.number(), high_ms: v.number() }));
export const flood = benchSpec('flood', v.object({ count: v.number() }));
export const yields = benchSpec('yields', v.object({ count: v.number() }));

export const specs: readonly JobSpec[] = [...productSpecs, ticks, flood, yields];

const byType = new Map(specs.map((spec) => [spec.type, spec]));

export const specOf = (type: string): JobSpec | undefined => byType.get(type);
