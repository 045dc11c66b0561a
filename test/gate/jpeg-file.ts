/** JPEG files as a test wants them (the numbers are sections of ITU T.81). */

const SIDE_OF_BLOCK = 8;
/** As many blocks as one code can say that nothing more is in (G.1.2.2). */
const RUN = 32_767;

/**
 * A gray picture that takes a decoder as long as one likes: it is progressive, and each of its scans goes over all of it for some ten
 * bytes of file.
 */
export function slowJpeg(side: number, scans: number): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil(side / SIDE_OF_BLOCK) ** 2;
  const [high, low] = [side >> 8, side & 255];
  // B.2.4.2: one code, of one bit. What it says: no difference; a run of empty blocks, whose length less 2^14 is in 14 bits more.
  const codes = (table: number, symbol: number) => [0xff, 0xc4, 0, 20, table, 1, ...Array(15).fill(0), symbol];
  const runs = bitsOf(`0${'1'.repeat(14)}`.repeat(Math.ceil(blocks / RUN)));
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0, ...runs]);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, ...Array(64).fill(1)]),
      Buffer.from([0xff, 0xc2, 0, 11, 8, high, low, high, low, 1, 1, 0x11, 0]),
      Buffer.from([...codes(0x00, 0x00), ...codes(0x10, 0xe0)]),
      Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0]),
      Buffer.alloc(Math.ceil(blocks / 8)),
      ...Array.from({ length: scans }, () => scan),
      Buffer.from([0xff, 0xd9]),
    ]),
  );
}

/** Filled up with ones; a byte of ones is followed by an empty one (F.1.2.3). */
function bitsOf(bits: string): number[] {
  const bytes = bits.match(/.{1,8}/g)?.map((each) => Number.parseInt(each.padEnd(8, '1'), 2)) ?? [];
  return bytes.flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte]));
}
