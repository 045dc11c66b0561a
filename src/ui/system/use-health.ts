/** How the server is, looked at while the view is shown. */
import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Client, Health } from '../../client/index.ts';
import type { Notices } from '../notices-model.ts';

const LOOK_MS = 2_000;

export interface Looked {
  health: ReadonlySignal<Health | null>;
  look(): Promise<void>;
}

export function useHealth(client: Client, notices: Notices): Looked {
  const health = useSignal<Health | null>(null);
  const look = async () => {
    health.value = await client.health(true);
  };
  useEffect(() => {
    look().catch(notices.failed);
    // One that fails says nothing: the next look follows, and the header tells of a server that is away.
    const timer = setInterval(() => document.hidden || look().catch(() => {}), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return { health, look };
}
