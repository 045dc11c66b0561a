/** A native EventSource, and what came of it. */
import { at } from './app.ts';
import type { Check } from './harness.ts';
import type { Seen } from './wire/cases.ts';

export interface Source {
  events: Seen[];
  /** How often it was connected. */
  opened(): number;
  state(): number;
  /** Resolves when it holds; looked at whenever something happens. */
  until(holds: () => boolean): Promise<void>;
  /** Resolves when the connection ends for the first time; with the state that this leaves it in. */
  ended: Promise<number>;
}

/** It is closed with its check. `names`: of the events to hear. */
export function openSource(check: Check, path: string, names: readonly string[] = ['message', 'complete']): Source {
  const source = new EventSource(at(path));
  check.after(() => source.close());
  const events: Seen[] = [];
  const waiting = new Set<() => void>();
  let opened = 0;
  const changed = () => {
    for (const look of waiting) look();
  };
  const hear = (type: string, listener: (event: Event) => void) =>
    source.addEventListener(type, (event) => {
      listener(event);
      changed();
    });
  hear('open', () => {
    opened += 1;
  });
  for (const type of names) {
    hear(type, (event) => {
      const { data, lastEventId } = event as MessageEvent<string>;
      events.push({ type, data, id: lastEventId });
    });
  }
  const ended = new Promise<number>((resolve) => hear('error', () => resolve(source.readyState)));
  return {
    events,
    opened: () => opened,
    state: () => source.readyState,
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    ended,
  };
}

/** Longer than any engine's EventSource waits by itself before it comes back: 3 s, and 5 s in Firefox. That it does not, no event tells. */
export const longerThanItWaits = () => new Promise<void>((resolve) => setTimeout(resolve, 8_000));
