/** The job types, as the server describes them; in another language, as `strings` does. */
import { signal } from '@preact/signals';
import type { Client, JobType, Task } from '../client/index.ts';
import { fieldsOf } from './form-fields.ts';
import { words } from './format.ts';
import type { Notices } from './notices-model.ts';
import { strings } from './strings.ts';

export type TypesModel = ReturnType<typeof createTypes>;

export function createTypes(client: Client, notices: Notices) {
  const all = signal<readonly JobType[]>([]);
  const loaded = signal(false);
  client
    .types()
    .then(
      (found) => {
        all.value = found;
      },
      (error) => notices.show(strings.notices.noTypes(words(error))),
    )
    .finally(() => {
      loaded.value = true;
    });
  const find = (type: string) => all.value.find((each) => each.type === type);

  return {
    all,
    loaded,
    find,
    titleOf: ({ type }: Pick<Task, 'type'>): string => strings.jobs[type]?.title ?? find(type)?.title ?? type,
    aboutOf: ({ type, description }: JobType): string => strings.jobs[type]?.about ?? description,
    fieldsOf: ({ type, input }: JobType) => fieldsOf(input, strings.jobs[type]?.fields),
  };
}
