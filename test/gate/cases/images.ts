import { type BadWork, bytesFile, type Gate, type GateFile, MiB, textFile, type Work } from '../gate.ts';
import { slowJpeg } from '../jpeg-file.ts';
import { pngOf } from '../png-file.ts';

const picture = (width: number, height: number, seed: number) =>
  pngOf(width, height, (x, y) => [(x * 3 + seed) % 256, (y * 5) % 256, (x * y) % 256, x < y ? 255 : 200]);
const good = picture(64, 48, 1);
const files = [
  bytesFile('trip/a.png', good),
  bytesFile('trip/b.png', picture(120, 90, 2)),
  bytesFile('trip/b.PNG', picture(30, 80, 3)),
  textFile('trip/notes.txt', 'no picture'),
  bytesFile('trip/c', picture(200, 10, 4)),
  bytesFile('trip/d.png', picture(1, 1, 5)),
];
const work = (input: object): Work => ({ files, input: (refs) => ({ files: refs, ...input }) });
const badWith = (input: object, file: GateFile, ...names: (string | RegExp)[]): BadWork => ({
  files: [bytesFile('good.png', good), file],
  input: (refs) => ({ files: refs, on_error: 'fail', ...input }),
  names: [file.name, ...names],
});
const bad = (file: GateFile, ...names: (string | RegExp)[]) => badWith({}, file, ...names);
function emptyBoxes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  const write = (at: number, box: number, text: string) =>
    bytes.set([0, 0, 0, box, ...new TextEncoder().encode(text)], at);
  for (let at = 0; at < size; at += 8) write(at, 8, 'free');
  write(0, 16, 'ftypavif');
  return bytes;
}
const jpegOf = (...bytes: number[]) => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, ...bytes);

export const gate: Gate = {
  works: {
    'a ZIP of JPEG': work({ to: 'jpeg', width: 50 }),
    'files of the format that they have, half as large': work({ percent: 50, zip: false }),
  },
  bad: {
    'a text': bad(textFile('a.png', 'no picture at all, though long enough to be one'), 'byte 0'),
    nothing: bad(textFile('nothing.png', ''), 'byte 0'),
    'a bomb': bad(
      bytesFile(
        'bomb.png',
        pngOf(1, 1, () => [0, 0, 0, 255], { said: { width: 60_000, height: 60_000 } }),
      ),
      '60000 × 60000',
      '50 megapixels',
    ),
    'a JPEG bomb': bad(
      bytesFile('bomb.jpg', jpegOf(0xff, 0xc0, 0, 17, 8, 0xff, 0xff, 0xff, 0xff, 3, 1, 0x22, 0)),
      '65535 × 65535',
    ),
    'a JPEG without a picture': bad(bytesFile('none.jpg', jpegOf(0xff, 0xd9)), 'byte 8'),
    'a JPEG that ends in its header': bad(bytesFile('cut.jpg', jpegOf(0xff, 0xe1, 0xff)), /byte \d+/),
    'a JPEG of filling': bad(bytesFile('full.jpg', new Uint8Array(8 * MiB).fill(0xff).with(1, 0xd8)), /byte \d+/),
    'an AVIF of empty boxes': bad(bytesFile('empty.avif', emptyBoxes(8 * MiB)), '4096 boxes', /byte \d+/),
    'a header that is cut off': bad(bytesFile('cut.png', good.slice(0, 20)), 'byte 16'),
    'a picture that takes forever': badWith(
      { limit_seconds: 3 },
      bytesFile('slow.jpg', slowJpeg(4_000, 100_000)),
      'not done within 3 s',
    ),
    'a picture that is cut off': bad(bytesFile('half.png', good.slice(0, 400)), 'half.png'),
  },
  big(bytes) {
    const photo = pngOf(1_000, 1_000, (x, y) => [x % 256, y % 256, (x * y) % 256, 255], { level: 0 });
    const count = Math.ceil(bytes / photo.length);
    const photos = Array.from({ length: count }, (_, i) => bytesFile(`photos/${i}.png`, photo));
    return { files: photos, input: (refs) => ({ files: refs, to: 'jpeg', percent: 50 }) };
  },
};
