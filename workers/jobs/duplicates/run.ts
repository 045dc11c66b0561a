import { defineJob, type InputFile, type JobContext } from '../../../src/core/job.ts';
import { bytesText } from '../bytes-text.ts';
import { digestOf, type Hashing } from '../hashing/digest.ts';
import { hasherOf } from '../hashing/hashers.ts';
import { opened } from '../opened.ts';
import { spec } from './spec.ts';

/** Files with the same bytes. */
interface Group {
  /** Of each, in bytes. */
  size: number;
  /** What all but one take, in bytes. */
  freeable: number;
  /** BLAKE3, lower-case hex. */
  digest: string;
  names: string[];
}

interface Checkpoint {
  groups: Group[];
  /** How many sizes are done. */
  sizes: number;
  /** Of the next size: what the first files have at their ends … */
  probes: string[];
  /** … the digests of the first files that are not told apart by that … */
  digests: string[];
  /** … and where the file after those stands. */
  file: Hashing | null;
  /** As in the progress. */
  done: number;
}

const PROBE_BYTES = 64 * 1024;
const MAX_LOGGED = 1_000;

export const job = defineJob({
  ...spec,
  async *run({ files, min_bytes }, context: JobContext<Checkpoint>) {
    const from = context.resumeFrom;
    const groups = [...(from?.groups ?? [])];
    const refs = [...new Map(files.map((ref) => [JSON.stringify(ref), ref])).values()];
    const metas = yield* opened(refs, context, from?.done);
    const found = metas.flatMap((meta, index) => {
      const ref = refs[index];
      return ref && meta.size >= min_bytes ? [{ ...meta, ref }] : [];
    });
    const classes = [...grouped(found, ({ size }) => size)]
      .filter(([, same]) => same.length > 1)
      .sort(([one], [other]) => other - one);
    const total = classes.reduce((bytes, [size, same]) => bytes + size * same.length, 0);
    const list = await context.output('duplicates.txt', 'text/plain;charset=utf-8');
    const hasher = await hasherOf('blake3');
    let done = 0;

    let sizes = from?.sizes ?? 0;
    let probes = [...(from?.probes ?? [])];
    let digests = [...(from?.digests ?? [])];
    let begun = from?.file ?? null;
    for (const [size, same] of classes.slice(0, sizes)) done += size * same.length;
    const state = (more: number) => ({
      groups: [...groups],
      sizes,
      probes: [...probes],
      digests: [...digests],
      done: done + more,
    });
    const progress = (name: string, more: number) => {
      const freeable = groups.reduce((bytes, group) => bytes + group.freeable, 0);
      const message = groups.length > 0 ? `${bytesText(freeable)} in duplicates so far; ${name}` : name;
      return { done: done + more, total, unit: 'bytes', message };
    };

    for (const [size, same] of classes.slice(sizes)) {
      for (const { ref, name } of same.slice(probes.length)) {
        const file = await context.file(ref);
        hasher.init();
        for (const bytes of await endsOf(file)) hasher.update(bytes);
        probes.push(hasher.digest());
        yield { ...progress(name, 0), checkpoint: () => ({ ...state(0), file: null }) };
      }

      const probed = same.map((each, index) => ({ ...each, probe: probes[index] ?? '' }));
      const alike = [...grouped(probed, ({ probe }) => probe).values()].filter((each) => each.length > 1).flat();
      // Of a small file the ends are the whole.
      if (size <= 2 * PROBE_BYTES) digests = alike.map(({ probe }) => probe);
      for (const { ref, name } of alike.slice(digests.length)) {
        const hashing = digestOf(await context.file(ref), hasher, begun, context.log);
        begun = null;
        let step = await hashing.next();
        for (; !step.done; step = await hashing.next()) {
          const { offset, save } = step.value;
          const more = size * digests.length + offset;
          yield { ...progress(name, more), checkpoint: () => ({ ...state(more), file: save() }) };
        }
        digests.push(step.value);
        const more = size * digests.length;
        yield { ...progress(name, more), checkpoint: () => ({ ...state(more), file: null }) };
      }

      for (const [digest, equal] of grouped(alike, (_, index) => digests[index] ?? '')) {
        if (equal.length < 2) continue;
        const group = { size, freeable: size * (equal.length - 1), digest, names: equal.map(({ name }) => name) };
        groups.push(group);
        await list.write(`${textOf(group)}\n`);
        if (groups.length <= MAX_LOGGED) context.log('info', textOf(group));
      }
      [sizes, probes, digests] = [sizes + 1, [], []];
      done += size * same.length;
      yield { ...progress(same.at(-1)?.name ?? '', 0), checkpoint: () => ({ ...state(0), file: null }) };
    }
    const freeable = groups.reduce((bytes, group) => bytes + group.freeable, 0);
    return { files: files.length, freeable, groups };
  },
});

/** In the order in which the keys come. */
function grouped<T, K>(items: readonly T[], keyOf: (item: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(item, index);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The head and the tail of a file, which do not overlap. */
async function endsOf({ size, read }: InputFile): Promise<Uint8Array[]> {
  if (size <= 2 * PROBE_BYTES) return [await read(0, size)];
  return Promise.all([read(0, PROBE_BYTES), read(size - PROBE_BYTES, size)]);
}

const textOf = ({ size, freeable, names }: Group) =>
  [`${names.length} × ${bytesText(size)}, ${bytesText(freeable)} could be freed:`, ...names.map(oneLine)].join('\n  ');

const oneLine = (name: string) => name.replace(/[\r\n]/g, ' ');
