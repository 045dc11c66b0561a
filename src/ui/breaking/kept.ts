/** What the view keeps over a reload: in this tab the experiment, in this browser the counter. Of this folder alone. */
import type { Fault, Made } from './faults.ts';
import type { History } from './invariants.ts';

export interface Experiment {
  task_id: string;
  /** SHA-256 of the file, as the browser's own WebCrypto has it. */
  digest: string;
  /** As the client delivers it, and as it comes over the wire. */
  histories: { client: History; wire: History };
  made: Made[];
}

export type Counter = Partial<Record<Fault, number>>;

const key = (name: string) => `holdfast:${new URL('./', location.href).pathname}:${name}`;

// A browser that blocks site data throws here: then nothing outlives a reload.
function read<T>(storage: Storage, name: string): T | null {
  try {
    return JSON.parse(storage.getItem(key(name)) ?? 'null');
  } catch {
    return null;
  }
}

function write(storage: Storage, name: string, value: unknown) {
  try {
    storage.setItem(key(name), JSON.stringify(value));
  } catch {}
}

const counter = () => read<Counter>(localStorage, 'survived') ?? {};

export const kept = {
  experiment: () => read<Experiment>(sessionStorage, 'experiment'),
  keepExperiment: (experiment: Experiment) => write(sessionStorage, 'experiment', experiment),
  counter,
  /** Other tabs count as well: one more than what is there by now. */
  count(fault: Fault): Counter {
    const before = counter();
    const after = { ...before, [fault]: (before[fault] ?? 0) + 1 };
    write(localStorage, 'survived', after);
    return after;
  },
  /** Told what another tab has counted. */
  onCount(heard: (counter: Counter) => void) {
    addEventListener('storage', (event) => event.key === key('survived') && heard(counter()));
  },
};
