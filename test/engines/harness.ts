/** A promise, checked in whatever browser opens the page. A file in `checks/` names its theme and says `test(name, fn)`. */

export interface Result {
  theme: string;
  name: string;
  passed: boolean;
  /** What was wrong; null for a check that passed. */
  error: string | null;
  ms: number;
}

/** What a check is given. */
export interface Check {
  /** Aborts when the check is over, however it ends. */
  signal: AbortSignal;
  /** Puts something back once the check is over; the last one first. */
  after(undo: () => unknown): void;
}

type Run = (check: Check) => Promise<void> | void;
type Entry = { theme: string; name: string; run: Run };

/** Many times what any check takes alone: a busy machine is no failure. */
const LIMIT_MS = 60_000;

const inTurn: Entry[] = [];
const asides: Entry[] = [];
let current = '';

/** Checks that are declared from now on belong to this theme. */
export function theme(name: string) {
  current = name;
}

/** Runs when the checks before it are over. */
export const test = (name: string, run: Run) => void inTurn.push({ theme: current, name, run });

/** Runs beside the others, from the start: for a check that waits for seconds and needs nobody to hold still. */
export const aside = (name: string, run: Run) => void asides.push({ theme: current, name, run });

/** Runs what was declared; `done` is called with each result as it comes. */
export async function runAll(done: (result: Result) => void): Promise<Result[]> {
  const results: Result[] = [];
  const one = async (entry: Entry) => {
    const result = await runOne(entry);
    results.push(result);
    done(result);
  };
  const beside = asides.map(one);
  for (const entry of inTurn) await one(entry);
  await Promise.all(beside);
  return results;
}

async function runOne({ theme, name, run }: Entry): Promise<Result> {
  const start = performance.now();
  const end = new AbortController();
  const undos: (() => unknown)[] = [];
  const check: Check = { signal: end.signal, after: (undo) => undos.unshift(undo) };
  let error: string | null = null;
  try {
    await within(LIMIT_MS, run(check));
  } catch (thrown) {
    error = reasonOf(thrown);
  }
  end.abort();
  try {
    await within(LIMIT_MS, inOrder(undos));
  } catch (thrown) {
    error ??= `while it was cleaned up: ${reasonOf(thrown)}`;
  }
  return { theme, name, passed: error === null, error, ms: Math.round(performance.now() - start) };
}

async function inOrder(undos: (() => unknown)[]): Promise<void> {
  for (const undo of undos) await undo();
}

function within(ms: number, work: Promise<void> | void): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It was not over after ${ms} ms.`)), ms);
  });
  return Promise.race([Promise.resolve(work), late]).finally(() => clearTimeout(timer));
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `threw ${JSON.stringify(thrown)}`;
  // Where it was thrown; engines differ in whether the message comes first.
  const place = thrown.stack?.split('\n').find((line) => /\.js:\d+/.test(line)) ?? '';
  return `${thrown.name}: ${thrown.message} ${place.trim()}`.trim();
}
