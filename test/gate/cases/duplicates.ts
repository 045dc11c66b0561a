import { type Gate, type GateFile, MiB, noiseFile, textFile } from '../gate.ts';

const copyOf = (name: string, { parts }: GateFile): GateFile => ({ name, parts });
/** The same head and tail, and one byte in between that is another. */
const nearly = (name: string, { parts }: GateFile): GateFile => ({
  name,
  *parts() {
    let at = 0;
    for (const part of parts()) {
      const bytes = part.slice();
      if (at === MiB) bytes[7] = (bytes[7] ?? 0) ^ 1;
      at += part.length;
      yield bytes;
    }
  },
});

const film = noiseFile('films/a.bin', 5 * MiB);
const photo = noiseFile('photos/a.jpg', 200_000, 2);
const files = [
  film,
  copyOf('films/copy of a.bin', film),
  nearly('films/nearly.bin', film),
  photo,
  copyOf('photos/b.jpg', photo),
  copyOf('photos/c.jpg', photo),
  noiseFile('photos/other.jpg', 200_000, 3),
  textFile('one.txt', 'hello'),
  textFile('two.txt', 'hello'),
  textFile('three.txt', 'hallo'),
  textFile('empty', ''),
  textFile('empty too', ''),
];

export const gate: Gate = {
  works: { 'a folder': { files, input: (refs) => ({ files: refs }) } },
  // Whatever bytes there are can be compared.
  bad: {},
  big(bytes) {
    const half = noiseFile('one.bin', Math.floor(bytes / 2));
    return { files: [half, copyOf('two.bin', half)], input: (refs) => ({ files: refs }) };
  },
};
