import { defineJob, type FileRef, type JobContext, type Progress } from '../../../src/core/job.ts';
import type { Algorithm } from '../checksum/spec.ts';
import { digestOf, type Hashing } from '../hashing/digest.ts';
import { hasherOf } from '../hashing/hashers.ts';
import { opened } from '../opened.ts';
import { lookup } from './lookup.ts';
import { type Claim, claimsIn, isManifest, NoClaim, textOf } from './manifest.ts';
import { spec } from './spec.ts';

interface Row {
  name: string;
  state: 'ok' | 'differs' | 'missing' | 'extra';
  algorithm: Algorithm | null;
  /** Digests in lower-case hex; null where there is none. */
  expected: string | null;
  actual: string | null;
}

interface Checkpoint {
  /** One a claim, of those that are checked. */
  rows: Row[];
  /** Where the file of the next claim stands. */
  file: Hashing | null;
  /** As in the progress. */
  done: number;
}

/** A claim, and the file that it is about, if that is there. */
interface Check extends Claim {
  list: string;
  index: number | undefined;
}

const MAX_LIST_BYTES = 16 * 1024 * 1024;
const MAX_CLAIMS = 200_000;
/** In the result; the output has all. */
const MAX_LISTED = 20_000;
const LINES_A_TURN = 1_000;
const MAX_LOGGED = 1_000;
const SAID = { ok: 'OK', differs: 'FAILED', missing: 'MISSING', extra: 'EXTRA' };

export const job = defineJob({
  ...spec,
  async *run({ files }, context: JobContext<Checkpoint>) {
    const rows = [...(context.resumeFrom?.rows ?? [])];
    let begun = context.resumeFrom?.file ?? null;
    const metas = yield* opened(files, context, context.resumeFrom?.done);
    const names = metas.map(({ name }) => name);
    const { checks, lists } = yield* checksIn(files, names, context);
    const sizeOf = ({ index }: Check) => metas[index ?? -1]?.size ?? 0;
    let done = checks.slice(0, rows.length).reduce((bytes, check) => bytes + sizeOf(check), 0);
    const total = checks.reduce((bytes, check) => bytes + sizeOf(check), 0);
    const report = await context.output('verified.txt', 'text/plain;charset=utf-8');

    async function tell(row: Row) {
      rows.push(row);
      await report.write(`${row.name.replace(/[\r\n]/g, ' ')}: ${SAID[row.state]}\n`);
      if (row.state !== 'ok' && rows.length <= MAX_LOGGED) context.log('warn', `${row.name}: ${row.state}`);
    }

    for (const check of checks.slice(rows.length)) {
      const { algorithm, digest: expected, index } = check;
      const ref = files[index ?? -1];
      const name = names[index ?? -1] ?? check.path;
      if (!ref) {
        await tell({ name, state: 'missing', algorithm, expected, actual: null });
      } else {
        const hashing = digestOf(await context.file(ref), await hasherOf(algorithm), begun, context.log);
        begun = null;
        let step = await hashing.next();
        for (; !step.done; step = await hashing.next()) {
          const { offset, save } = step.value;
          const checkpoint = () => ({ rows: [...rows], file: save(), done: done + offset });
          yield { done: done + offset, total, unit: 'bytes', message: name, checkpoint };
        }
        const actual = step.value;
        await tell({ name, state: actual === expected ? 'ok' : 'differs', algorithm, expected, actual });
      }
      done += sizeOf(check);
      yield { done, total, unit: 'bytes', message: name, checkpoint: () => ({ rows: [...rows], file: null, done }) };
    }

    const listed = new Set(checks.map(({ index }) => index));
    for (const [index, name] of names.entries()) {
      if (listed.has(index) || lists.has(index)) continue;
      await tell({ name, state: 'extra', algorithm: null, expected: null, actual: null });
    }
    const count = (wanted: Row['state']) => rows.filter(({ state }) => state === wanted).length;
    return {
      ok: count('ok'),
      differs: count('differs'),
      missing: count('missing'),
      extra: count('extra'),
      unlisted: Math.max(0, rows.length - MAX_LISTED),
      files: mostImportant(rows),
    };
  },
});

/** Of too many, what is wrong comes first. */
function mostImportant(rows: readonly Row[]): readonly Row[] {
  if (rows.length <= MAX_LISTED) return rows;
  const isOk = ({ state }: Row) => state === 'ok';
  return [...rows.filter((row) => !isOk(row)), ...rows.filter(isOk)].slice(0, MAX_LISTED);
}

/** What all lists among the files claim. */
async function* checksIn(
  files: readonly FileRef[],
  names: readonly string[],
  context: JobContext<Checkpoint>,
): AsyncGenerator<Progress<never>, { checks: Check[]; lists: Set<number> }, void> {
  const find = lookup(names);
  const checks: Check[] = [];
  const lists = new Set<number>();
  const others: NoClaim[] = [];
  const done = context.resumeFrom?.done ?? 0;
  let lines = 0;
  for (const [index, ref] of files.entries()) {
    const list = names[index] ?? '';
    if (!isManifest(list)) continue;
    const file = await context.file(ref);
    if (file.size > MAX_LIST_BYTES) {
      throw new Error(`${list} has ${file.size} bytes: a list of checksums may have ${MAX_LIST_BYTES}.`);
    }
    const before = checks.length;
    try {
      for (const claim of claimsIn(list, textOf(await file.read(0, file.size)))) {
        if (claim && checks.length === MAX_CLAIMS) {
          throw new Error(`${list}, line ${claim.line}: more than ${MAX_CLAIMS} checksums are listed in all.`);
        }
        if (claim) checks.push({ ...claim, list, index: find(list, claim.path) });
        lines += 1;
        if (lines % LINES_A_TURN === 0) {
          yield { done, unit: 'bytes', message: `${list}: ${checks.length} checksums so far` };
        }
      }
      if (checks.length > before) lists.add(index);
    } catch (error) {
      // Other files have such names, too.
      if (!(error instanceof NoClaim) || checks.length > before) throw error;
      others.push(error);
    }
  }
  const [first] = others;
  if (checks.length > 0) {
    for (const { message } of others) context.log('warn', `${message}; so the file is taken for none of the lists`);
    return { checks, lists };
  }
  if (first) throw first;
  const named = names.filter(isManifest);
  throw new Error(
    named.length > 0
      ? `${named.join(', ')}: no checksum is listed.`
      : `None of the ${files.length} files is a list of checksums: it would be called SHA256SUMS, or end in .md5, .sha256 or .sfv. The first is ${names[0]}.`,
  );
}
