/** What the inputs of several jobs have in common. */
import * as v from 'valibot';

const id = v.pipe(v.string(), v.nonEmpty(), v.maxLength(64));

/** A file that was added, or an output file of a completed task. A name beside an id is for who looks for the task: no job reads it. */
const FileRefSchema = v.union([
  v.object({ file_id: id, name: v.optional(v.string()) }),
  v.object({ task_id: id, name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(4_096)) }),
]);

/** Input files. The metadata tells a form to ask for files instead of ids. */
export const FilesSchema = v.pipe(
  v.array(FileRefSchema),
  v.minLength(1),
  v.maxLength(20_000),
  v.title('Files'),
  v.metadata({ control: 'files' }),
);
