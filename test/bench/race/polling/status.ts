/** What is kept of work that is polled: its last status. */
import type { Said } from '../order.ts';

export const CHANNEL = 'polling';

export interface Status {
  id: string;
  said: Said | null;
  ended: boolean;
  result: unknown;
}

/** To the worker, on the BroadcastChannel. */
export type Cancel = { kind: 'cancel'; id: string };
