import type { Sink, Target } from './sink.ts';
import { jsonOf, type Value } from './types.ts';

/** An array of objects, one on each line. */
export async function jsonSink({ context, name, fields, state }: Target): Promise<Sink<{ rows: number }>> {
  const file = `${name}.json`;
  const output = await context.output(file, 'application/json');
  let rows = isState(state) ? state.rows : 0;
  const keys = fields.map((field) => `${JSON.stringify(field.name)}:`);
  const raw = fields.map(({ type }) => type === 'json');
  const textOf = (value: Value, at: number) => (raw[at] && typeof value === 'string' ? value : jsonOf(value));

  return {
    output: file,
    async write(more) {
      let text = '';
      for (const row of more) {
        text += rows === 0 ? '[\n{' : ',\n{';
        for (let at = 0; at < keys.length; at += 1)
          text += `${at === 0 ? '' : ','}${keys[at]}${textOf(row[at] ?? null, at)}`;
        text += '}';
        rows += 1;
      }
      await output.write(text);
    },
    // biome-ignore lint/correctness/useYield: there is nothing in it to wait for.
    async *settle(last) {
      if (last) await output.write(rows === 0 ? '[]\n' : '\n]\n');
      if (last) await output.close();
      return true;
    },
    state: () => ({ rows }),
    close: () => {},
  };
}

const isState = (state: unknown): state is { rows: number } =>
  typeof state === 'object' && state !== null && 'rows' in state;
