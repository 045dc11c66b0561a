/** What is raced in, and what comes of it. */
import type { Spread } from '../figure.ts';
import { MIB, type Rival, STREAMS, TASKS } from './rival.ts';

export interface Discipline {
  what: string;
  unit: string;
  /** Whether less is better. */
  less: boolean;
  rounds: number;
  turns: number;
  quantiles: number[];
}

export type Result = Spread | { cannot: string };

/** One line of the table. */
export interface Raced {
  what: string;
  unit: string;
  less: boolean;
  /** By rival. */
  results: Record<string, Result>;
}

export const FILE_MIB = 1024;
export const FILE_BYTES = FILE_MIB * MIB;

const whole = (count: number) => count.toLocaleString('en');
const ms = { unit: 'ms', less: true, rounds: 5, turns: 1, quantiles: [0.5] };
const speed = { ...ms, less: false };

export const disciplines: Record<keyof Rival, Discipline> = {
  first: { ...ms, what: 'submit → first event', turns: 4 },
  latency: { ...ms, what: 'event latency', quantiles: [0.5, 0.99] },
  events: { ...speed, what: 'durable events', unit: '/s' },
  cancel: { ...ms, what: 'cancel, the job listens', turns: 4, quantiles: [0.5, 0.99] },
  force: { ...ms, what: 'cancel, the job is busy', quantiles: [0.5, 0.99] },
  recover: { ...ms, what: 'a kill → the work goes on' },
  streams: { ...ms, what: `an event in ${whole(STREAMS)} streams` },
  tasks: { ...speed, what: `${whole(5 * TASKS)} tasks, in 5 lots`, unit: '/s' },
  checksum: { ...speed, what: `SHA-256 of ${FILE_MIB / 1024} GiB`, unit: 'MiB/s' },
};

export const names = Object.keys(disciplines) as (keyof Rival)[];
