import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';
import { FilesSchema } from '../inputs.ts';

const side = (title: string, description: string) =>
  v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20_000), v.title(title), v.description(description)),
  );

export const spec = defineSpec({
  type: 'images',
  title: 'Resize and convert pictures',
  description:
    'Makes JPEG, PNG, WebP, AVIF and GIF pictures smaller, upright and of one kind. What cameras note in them, the place among it, is left out. Of a moving picture the first frame remains.',
  version: 1,
  input: v.strictObject({
    files: v.pipe(FilesSchema, v.description('JPEG, PNG, WebP, AVIF or GIF.')),
    to: v.optional(
      v.pipe(
        v.picklist(['same', 'jpeg', 'png', 'webp', 'avif']),
        v.title('Format'),
        v.description('AVIF is the smallest and takes longest. A GIF that keeps its format becomes a PNG.'),
      ),
      'same',
    ),
    width: side('Width', 'In pixels, at most; the shape stays as it is.'),
    height: side('Height', 'In pixels, at most; the shape stays as it is.'),
    percent: v.optional(
      v.pipe(
        v.number(),
        v.minValue(1),
        v.maxValue(100),
        v.title('Percent'),
        v.description('Of width and height, when neither is given.'),
      ),
      100,
    ),
    quality: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.maxValue(100),
        v.title('Quality'),
        v.description('Of JPEG, WebP and AVIF: 80 is hard to tell from 100 and far smaller.'),
      ),
      80,
    ),
    best: v.optional(
      v.pipe(
        v.boolean(),
        v.title('Best JPEG'),
        v.description('Takes MozJPEG, which is several times slower than the browser, for smaller JPEG files.'),
      ),
      false,
    ),
    zip: v.optional(
      v.pipe(v.boolean(), v.title('One ZIP'), v.description('Otherwise each picture is a file of its own.')),
      true,
    ),
    on_error: v.optional(
      v.pipe(
        v.picklist(['skip', 'fail']),
        v.title('A broken picture'),
        v.description('Is left out and listed, or ends the task.'),
      ),
      'skip',
    ),
    limit_megapixels: v.optional(
      v.pipe(
        v.number(),
        v.minValue(0.001),
        v.maxValue(250),
        v.title('At most, in megapixels'),
        v.description(
          'A larger picture is refused before it is unpacked: each megapixel takes 4 to 42 MB of memory, without a canvas up to 99.',
        ),
      ),
      50,
    ),
    limit_seconds: v.optional(
      v.pipe(
        v.number(),
        v.minValue(1),
        v.maxValue(3_600),
        v.title('At most, in seconds'),
        v.description('A picture that takes longer counts as broken. On a busy machine it has longer.'),
      ),
      120,
    ),
  }),
  limits: {},
  redo: 'the pictures that were being worked on, a few',
});
