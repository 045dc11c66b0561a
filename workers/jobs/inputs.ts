/** What the inputs of several jobs have in common. */
import * as v from 'valibot';

const FileRefSchema = v.object({ file_id: v.pipe(v.string(), v.nonEmpty(), v.maxLength(64)) });

/** Input files. The metadata tells a form to ask for files instead of ids. */
export const FilesSchema = v.pipe(
  v.array(FileRefSchema),
  v.minLength(1),
  v.maxLength(20_000),
  v.title('Files'),
  v.metadata({ control: 'files' }),
);
