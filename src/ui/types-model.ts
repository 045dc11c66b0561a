/** The job types, as the server describes them: titles, and what a form offers. */
import { signal } from '@preact/signals';
import type { Client, JobType, Task } from '../client/index.ts';
import { words } from './format.ts';
import { at } from './json.ts';
import type { Notices } from './notices-model.ts';
import { strings } from './strings.ts';

/** A field that takes one of several words. */
interface Choice {
  field: string;
  label: string;
  options: readonly string[];
  /** What stands when nobody chooses. */
  standard: string;
  about: string;
}

export type TypesModel = ReturnType<typeof createTypes>;

export function createTypes(client: Client, notices: Notices) {
  const types = signal<readonly JobType[]>([]);
  client.types().then(
    (found) => {
      types.value = found;
    },
    (error) => notices.show(strings.notices.noTypes(words(error))),
  );
  const find = (type: string) => types.value.find((each) => each.type === type);

  return {
    titleOf: ({ type }: Pick<Task, 'type'>): string => find(type)?.title ?? type,
    aboutOf: (type: string): string => find(type)?.description ?? '',
    /** The types that take files. */
    ofFiles: (): readonly JobType[] => types.value.filter(({ input }) => at(at(input, 'properties'), 'files')),
    choices: (type: string): Choice[] => choicesIn(find(type)?.input),
  };
}

/** The fields of a JSON Schema that are choices. */
function choicesIn(schema: unknown): Choice[] {
  const fields = at(schema, 'properties');
  if (typeof fields !== 'object' || fields === null) return [];
  return Object.entries(fields).flatMap(([field, found]) => {
    const options = at(found, 'enum');
    if (!Array.isArray(options)) return [];
    const words = options.filter((option) => typeof option === 'string');
    return {
      field,
      label: text(found, 'title') ?? field,
      options: words,
      standard: text(found, 'default') ?? words[0] ?? '',
      about: text(found, 'description') ?? '',
    };
  });
}

function text(value: unknown, key: string): string | null {
  const found = at(value, key);
  return typeof found === 'string' ? found : null;
}
