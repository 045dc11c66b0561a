/** Jobs that break what a job may do, each in its own way, and one that is only narrow, beside the product's. */
import * as v from 'valibot';
import { defineSpec, type JobSpec } from '../../../src/core/job.ts';
import { spec as countdown } from '../../../workers/jobs/countdown/spec.ts';
import { specs as own } from '../../../workers/jobs/specs.ts';

export const ways = [
  'throws an error',
  'throws a string',
  'throws nothing',
  'throws what cannot be shown',
  'results in a bigint',
  'results in a circle',
  'has a checkpoint that cannot be cloned',
  'has words that cannot be cloned',
  'throws where nobody catches',
  'rejects where nobody waits',
  'has a checkpoint that cannot be stored',
  'sends garbage',
  'closes its worker',
  'loses a part of its code once',
  'misses a part of its code',
  'logs without end',
  'reports progress without end',
  'fills its memory with buffers',
  'fills its memory with objects',
] as const;
export type Way = (typeof ways)[number];

const common = { title: '', description: '', version: 1, limits: {}, redo: 'nothing' };

export const hostile = defineSpec({ ...common, type: 'hostile', input: v.object({ way: v.picklist(ways) }) });
const empty = v.object({});

/** Two at a time. */
export const narrow = defineSpec({ ...countdown, type: 'narrow', limits: { running: 2 } });

export const specs: readonly JobSpec[] = [
  ...own,
  hostile,
  narrow,
  defineSpec({ ...common, type: 'broken-module', input: empty }),
  defineSpec({ ...common, type: 'missing-module', input: empty }),
];
