/** AVIF files that say how they are to be turned (ISO/IEC 23008-12, 6.5.10 and 6.5.12). */

/** Anti-clockwise by `angle` quarters, then `axis`: top and bottom (0) or left and right (1) are exchanged. */
interface Turn {
  angle?: number;
  axis?: number;
}

/** As libavif has them, for what Exif calls 1 to 8. */
export const TURNS: Record<number, Turn> = {
  1: {},
  2: { axis: 1 },
  3: { angle: 2 },
  4: { axis: 0 },
  5: { angle: 1, axis: 0 },
  6: { angle: 3 },
  7: { angle: 3, axis: 0 },
  8: { angle: 1 },
};

const u32 = (n: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
};
const box = (name: string, body: Buffer) => Buffer.concat([u32(body.length + 8), Buffer.from(name), body]);

function boxes(bytes: Buffer): { name: string; body: Buffer }[] {
  const found = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    const name = bytes.toString('latin1', at + 4, at + 8);
    found.push({ name, body: bytes.subarray(at + 8, at + bytes.readUInt32BE(at)) });
  }
  return found;
}

/** An AVIF of libavif, each of whose items is to be turned so. */
export function turnedAvif(avif: Buffer, { angle, axis }: Turn): Buffer {
  const properties = [
    ...(angle === undefined ? [] : [box('irot', Buffer.of(angle))]),
    ...(axis === undefined ? [] : [box('imir', Buffer.of(axis))]),
  ];
  const withTurn = (bytes: Buffer, known: number): Buffer =>
    Buffer.concat(
      boxes(bytes).map(({ name, body }) => {
        if (name === 'iprp') return box(name, withTurn(body, boxes(boxes(body)[0]?.body ?? body).length));
        if (name === 'ipco') return box(name, Buffer.concat([body, ...properties]));
        return box(name, name === 'ipma' ? associated(body, known, properties.length) : body);
      }),
    );
  const meta = (delta: number) =>
    Buffer.concat(
      boxes(avif).map(({ name, body }) => {
        if (name !== 'meta') return box(name, body);
        const inner = boxes(withTurn(body.subarray(4), 0));
        const moved = inner.map((part) => box(part.name, part.name === 'iloc' ? located(part.body, delta) : part.body));
        return box(name, Buffer.concat([body.subarray(0, 4), ...moved]));
      }),
    );
  return meta(meta(0).length - avif.length);
}

/** Each item of a table of version 0 has the `count` properties behind the `known` ones, which nobody may overlook. */
function associated(ipma: Buffer, known: number, count: number): Buffer {
  const parts = [ipma.subarray(0, 8)];
  for (let at = 8; at < ipma.length; ) {
    const has = ipma.readUInt8(at + 2);
    const more = Array.from({ length: count }, (_, i) => 0x80 | (known + 1 + i));
    parts.push(ipma.subarray(at, at + 2), Buffer.of(has + count), ipma.subarray(at + 3, at + 3 + has));
    parts.push(Buffer.from(more));
    at += 3 + has;
  }
  return Buffer.concat(parts);
}

/** Of version 0, with one extent an item, four bytes an offset and a size, and no base. */
function located(iloc: Buffer, delta: number): Buffer {
  if (iloc.readUInt8(0) !== 0 || iloc.readUInt16BE(4) !== 0x4400) throw new Error('an unexpected table of items');
  const moved = Buffer.from(iloc);
  for (let at = 8; at < iloc.length; at += 14) moved.writeUInt32BE(iloc.readUInt32BE(at + 6) + delta, at + 6);
  return moved;
}
