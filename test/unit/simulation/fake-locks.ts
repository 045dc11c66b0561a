/** Web Locks for several simulated threads. https://w3c.github.io/web-locks/#algorithms, as far as the product asks. */
import type { Locks } from '../../../src/core/discard.ts';

interface Request {
  owner: string;
  mode: LockMode;
  grant(): void;
}

type Callback = (lock: Lock | null) => unknown;
/** Resolves when the owner's thread may go on. */
type Turn = () => Promise<void>;
const atOnce: Turn = async () => {};

export function fakeLocks() {
  const held = new Map<string, Set<Request>>();
  const queues = new Map<string, Request[]>();
  const dead = new Set<string>();

  const grantable = (name: string, mode: LockMode) => {
    const holders = [...(held.get(name) ?? [])];
    return mode === 'shared' ? holders.every((each) => each.mode === 'shared') : holders.length === 0;
  };

  function process(name: string) {
    const queue = queues.get(name) ?? [];
    for (let head = queue[0]; head && grantable(name, head.mode); head = queue[0]) {
      queue.shift();
      held.set(name, (held.get(name) ?? new Set()).add(head));
      head.grant();
    }
  }

  function request(owner: string, turn: Turn, name: string, options: LockOptions, callback: Callback) {
    const { mode = 'exclusive', ifAvailable = false, signal } = options;
    if (dead.has(owner)) return new Promise<unknown>(() => {});
    return new Promise<unknown>((resolve, reject) => {
      const entry: Request = {
        owner,
        mode,
        grant() {
          queueMicrotask(() => {
            if (!held.get(name)?.has(entry)) return;
            turn()
              .then(() => callback({ name, mode }))
              .then(resolve, reject)
              .finally(() => {
                held.get(name)?.delete(entry);
                process(name);
              });
          });
        },
      };
      const queue = queues.get(name) ?? [];
      queues.set(name, queue);
      if (ifAvailable && (queue.length > 0 || !grantable(name, mode))) {
        turn()
          .then(() => callback(null))
          .then(resolve, reject);
        return;
      }
      queue.push(entry);
      signal?.addEventListener('abort', () => {
        const waiting = queues.get(name) ?? [];
        const at = waiting.indexOf(entry);
        if (at < 0) return;
        waiting.splice(at, 1);
        reject(signal.reason);
        process(name);
      });
      process(name);
    });
  }

  return {
    of(owner: string, turn = atOnce): Locks {
      return {
        request(name: string, ...rest: [LockOptions, Callback] | [Callback]) {
          const [options, callback] = rest.length === 1 ? [{}, rest[0]] : rest;
          return request(owner, turn, name, options, callback);
        },
      } as Locks;
    },
    /** Takes everything from an owner whose locks are stolen; one that died asks for no more. Gives the names of what it had. */
    drop(owner: string, died: boolean): string[] {
      const names = [...held].flatMap(([name, holders]) =>
        [...holders].some((each) => each.owner === owner) ? [name] : [],
      );
      if (died) {
        dead.add(owner);
        for (const [name, queue] of queues)
          queues.set(
            name,
            queue.filter((each) => each.owner !== owner),
          );
      }
      for (const holders of held.values()) {
        for (const entry of holders) if (entry.owner === owner) holders.delete(entry);
      }
      for (const name of queues.keys()) process(name);
      return names;
    },
    /** Who has it to itself. */
    ownerOf: (name: string): string | undefined =>
      [...(held.get(name) ?? [])].find(({ mode }) => mode === 'exclusive')?.owner,
  };
}
