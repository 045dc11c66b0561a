/** How the picture of an AVIF is to be turned: by its properties "irot" and "imir" (ISO/IEC 23008-12, 6.5.10 and 6.5.12). */
import { byte, u16, u32 } from './header.ts';
import type { Orientation } from './orientation.ts';

/** By quarters anti-clockwise; then as it is, or with top and bottom exchanged, or left and right. */
const TURNS: readonly (readonly [Orientation, Orientation, Orientation])[] = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
];

export function orientationOfAvif(bytes: Uint8Array): Orientation {
  const meta = boxIn(bytes, 'meta').subarray(4);
  const iprp = boxIn(meta, 'iprp');
  const pitm = boxIn(meta, 'pitm');
  const item = byte(pitm, 0) === 0 ? u16(pitm, 4) : u32(pitm, 4);
  const properties = [...boxesIn(boxIn(iprp, 'ipco'))];
  let angle = 0;
  let mirror = 0;
  for (const index of associated(boxIn(iprp, 'ipma'), item)) {
    const { name, body } = properties[index - 1] ?? { name: 'none', body: meta };
    if (name === 'irot') angle = byte(body, 0) & 3;
    if (name === 'imir') mirror = 1 + (byte(body, 0) & 1);
  }
  return TURNS[angle]?.[mirror] ?? 1;
}

/** The numbers, from 1, of the properties that the item has. */
function associated(ipma: Uint8Array, item: number): number[] {
  const wide = (byte(ipma, 3) & 1) === 1;
  const id = byte(ipma, 0) === 0 ? { size: 2, at: u16 } : { size: 4, at: u32 };
  for (let at = 8; at < ipma.length; ) {
    const found = id.at(ipma, at);
    const start = at + id.size + 1;
    const count = byte(ipma, start - 1);
    if (found === item) {
      return Array.from({ length: count }, (_, n) =>
        wide ? u16(ipma, start + 2 * n) & 0x7fff : byte(ipma, start + n) & 0x7f,
      );
    }
    at = start + count * (wide ? 2 : 1);
  }
  return [];
}

function* boxesIn(bytes: Uint8Array): Generator<{ name: string; body: Uint8Array }, void, void> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const isLarge = u32(bytes, at) === 1;
    const size = isLarge ? u32(bytes, at + 8) * 2 ** 32 + u32(bytes, at + 12) : u32(bytes, at);
    if (size < 8) return;
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    yield { name, body: bytes.subarray(at + (isLarge ? 16 : 8), at + size) };
    at += size;
  }
}

/** What is in the first box of that name; nothing where there is none. */
function boxIn(bytes: Uint8Array, wanted: string): Uint8Array {
  for (const { name, body } of boxesIn(bytes)) if (name === wanted) return body;
  return new Uint8Array();
}
