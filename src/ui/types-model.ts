/** The job types, as the server describes them: titles, and what a form offers. */
import { signal } from '@preact/signals';
import type { Client, JobType, Task } from '../client/index.ts';
import { words } from './format.ts';
import { at } from './json.ts';
import type { Notices } from './notices-model.ts';
import { strings } from './strings.ts';

/** A field that takes one of several words. */
interface Choice {
  options: readonly string[];
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
    choice: (type: string, field: string): Choice | null => choiceIn(find(type)?.input, field),
  };
}

/** `field` of a JSON Schema, when it is a choice. */
function choiceIn(schema: unknown, field: string): Choice | null {
  const found = at(at(schema, 'properties'), field);
  const options = at(found, 'enum');
  if (!Array.isArray(options)) return null;
  const about = at(found, 'description');
  return {
    options: options.filter((option) => typeof option === 'string'),
    about: typeof about === 'string' ? about : '',
  };
}
