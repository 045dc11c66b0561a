/** The product's jobs and those of the checks: the build of the checks has this in the place of `workers/jobs/specs.ts`. */
import * as v from 'valibot';
import { defineSpec, type JobSpec } from '../../../src/core/job.ts';
import { specs as productSpecs } from '../../../workers/jobs/specs.ts';

const checkSpec = <const T extends string, const S extends v.GenericSchema<unknown, unknown>>(
  type: T,
  input: S,
  limits: JobSpec['limits'] = {},
) => defineSpec({ type, title: type, description: 'For the checks.', version: 1, input, limits, redo: 'one line' });

/** Logs lines as fast as it can. */
export const flood = checkSpec('flood', v.object({ lines: v.number() }));
/** Writes one output file. */
export const leaflet = checkSpec('leaflet', v.object({ name: v.string(), type: v.string(), text: v.string() }));
/** Writes an output file line by line, with a checkpoint after each. */
export const ledger = checkSpec('ledger', v.object({ lines: v.number(), line_ms: v.number() }));
/** One at a time. */
export const solo = checkSpec('solo', v.object({ steps: v.number() }), { running: 1 });

export const specs: readonly JobSpec[] = [...productSpecs, flood, leaflet, ledger, solo];

const byType = new Map(specs.map((spec) => [spec.type, spec]));

export const specOf = (type: string): JobSpec | undefined => byType.get(type);
