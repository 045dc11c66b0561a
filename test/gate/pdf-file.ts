/** PDF files, made byte by byte: text in fonts of several kinds, turned pages, encryption, and what is wrong with them. */
import { createCipheriv, createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

export interface PdfPage {
  /** Lines, from the top. */
  lines: string[];
  rotate?: 0 | 90 | 180 | 270;
  font?: Font;
  /** Instead of the lines: a form that shows another ten times, and so on, so deep. Ten of them are a day's work, in two kilobytes. */
  nested?: number;
}

/**
 * `latin`: a standard font; its text is Latin-1. `wide`: a font of two bytes a character that brings its own table to Unicode.
 * `named`: one of Chinese characters that only names the table of its codes (GBK-EUC-H), which readers are to have.
 */
export type Font = 'latin' | 'wide' | 'named';

export type Encryption = 'rc4-40' | 'aes-128' | 'aes-256';

export interface PdfOptions {
  title?: string;
  compress?: boolean;
  /** With the user's password, by RC4 with 40 bits if nothing else is said. */
  encrypt?: { user: string; by?: Encryption };
  /** The tree of pages leads back into itself. */
  cyclic?: boolean;
  /** Bytes of a picture that no page shows. */
  ballast?: Uint8Array;
}

type Part = string | Uint8Array;

const latin = (text: string) => Buffer.from(text, 'latin1');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();

export function pdfOf(pages: PdfPage[], options: PdfOptions = {}): Uint8Array<ArrayBuffer> {
  const objects: Part[][] = [];
  const add = (...parts: Part[]): number => objects.push(parts);
  const key = options.encrypt ? ENCRYPTIONS[options.encrypt.by ?? 'rc4-40'](latin(options.encrypt.user)) : null;
  const stream = (number: number, entries: string, bytes: Uint8Array): Part[] => {
    const packed = options.compress ? deflateSync(bytes) : bytes;
    const body = key?.sealed(number, packed) ?? packed;
    const filter = options.compress ? ' /Filter /FlateDecode' : '';
    return [`<< /Length ${body.length}${filter}${entries} >>\nstream\n`, body, '\nendstream'];
  };
  const text = (number: number, value: string) =>
    key ? `<${hex(key.sealed(number, latin(value)))}>` : `(${escaped(value)})`;

  add('<< /Type /Catalog /Pages 2 0 R >>');
  add('');
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  add(
    '<< /Type /Font /Subtype /Type0 /BaseFont /Wide /Encoding /Identity-H /DescendantFonts [5 0 R] /ToUnicode 6 0 R >>',
  );
  add(
    '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Wide /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 9 0 R /DW 1000 >>',
  );
  add(...stream(6, '', latin(TO_UNICODE)));
  add('<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /GBK-EUC-H /DescendantFonts [8 0 R] >>');
  add(
    '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 9 0 R /DW 1000 >>',
  );
  add(
    '<< /Type /FontDescriptor /FontName /Wide /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>',
  );
  const kids: number[] = [];
  for (const { lines, rotate = 0, font = 'latin', nested = 0 } of pages) {
    for (let depth = 1; depth <= nested; depth += 1) {
      const number = objects.length + 1;
      const shown = depth === 1 ? contentOf(['again'], font) : '/X Do '.repeat(10);
      add(
        ...stream(number, ` /Type /XObject /Subtype /Form /BBox [0 0 612 792] ${resources(number - 1)}`, latin(shown)),
      );
    }
    const number = objects.length + 1;
    kids.push(number);
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Rotate ${rotate} ${resources(number - 1)} /Contents ${number + 1} 0 R >>`,
    );
    add(...stream(number + 1, '', latin(nested > 0 ? '/X Do' : contentOf(lines, font))));
  }
  const first = kids[0] ?? 1;
  const list = options.cyclic ? `${first} 0 R 2 0 R` : kids.map((kid) => `${kid} 0 R`).join(' ');
  objects[1] = [`<< /Type /Pages /Count ${options.cyclic ? 1_000 : kids.length} /Kids [${list}] >>`];
  if (options.ballast) add(...stream(objects.length + 1, ' /Type /XObject', options.ballast));
  const info = options.title === undefined ? null : objects.length + 1;
  if (info) add(`<< /Title ${text(info, options.title ?? '')} >>`);
  const extra = `${info ? ` /Info ${info} 0 R` : ''}${key ? ` /Encrypt ${key.dictionary} /ID [<${ID}> <${ID}>]` : ''}`;
  return fileOf(objects, extra);
}

/** `form`: the number of the object that is shown as /X. */
const resources = (form: number) =>
  `/Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 7 0 R >> /XObject << /X ${form} 0 R >> >>`;

function fileOf(objects: Part[][], extra: string): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [latin('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')];
  let at = parts[0]?.length ?? 0;
  const write = (part: Part) => {
    const bytes = typeof part === 'string' ? latin(part) : part;
    parts.push(bytes);
    at += bytes.length;
  };
  const places: number[] = [];
  for (const [index, body] of objects.entries()) {
    places.push(at);
    for (const part of [`${index + 1} 0 obj\n`, ...body, '\nendobj\n']) write(part);
  }
  const table = at;
  write(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`);
  for (const place of places) write(`${String(place).padStart(10, '0')} 00000 n \n`);
  write(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R${extra} >>\nstartxref\n${table}\n%%EOF\n`);
  return new Uint8Array(Buffer.concat(parts));
}

const escaped = (text: string) => text.replace(/[\\()]/g, '\\$&');

function contentOf(lines: string[], font: Font): string {
  const shown = (line: string): string => {
    if (font === 'latin') return `(${escaped(line)})`;
    if (font === 'wide') return `<${[...line].map((c) => c.charCodeAt(0).toString(16).padStart(4, '0')).join('')}>`;
    return `<${hex(gbkOf(line))}>`;
  };
  const name = { latin: 'F1', wide: 'F2', named: 'F3' }[font];
  return `BT /${name} 12 Tf 14 TL 72 720 Td\n${lines.map((line) => `${shown(line)} Tj T*`).join('\n')}\nET`;
}

/** Characters of GB 2312's first plane, found by trying. */
function gbkOf(text: string): Uint8Array {
  const decoder = new TextDecoder('gbk');
  const table = new Map<string, [number, number]>();
  for (let high = 0xb0; high < 0xf8; high += 1)
    for (let low = 0xa1; low < 0xff; low += 1) table.set(decoder.decode(Uint8Array.of(high, low)), [high, low]);
  return Uint8Array.from([...text].flatMap((character) => table.get(character) ?? []));
}

/** The codes are the characters themselves. */
const TO_UNICODE = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /Own def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
1 beginbfrange <0000> <FFFF> <0000> endbfrange
endcmap end end`;

const ID = '00112233445566778899AABBCCDDEEFF';
const PADDING = Buffer.from('28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A', 'hex');
const PERMISSIONS = -44;

const hash = (name: string, ...parts: Uint8Array[]) => createHash(name).update(Buffer.concat(parts)).digest();
const md5 = (...parts: Uint8Array[]) => hash('md5', ...parts);
/** The other password of the standard handler. */
const OWNER = latin('owner');
const padded = (password: Uint8Array) => Buffer.concat([password, PADDING]).subarray(0, 32);
const permissions = Buffer.alloc(4);
permissions.writeInt32LE(PERMISSIONS);

interface Sealing {
  dictionary: string;
  /** Bytes of this object. */
  sealed(number: number, bytes: Uint8Array): Uint8Array;
}

const ENCRYPTIONS: Record<Encryption, (user: Uint8Array) => Sealing> = {
  'rc4-40': rc4With40,
  'aes-128': aes128,
  'aes-256': aes256,
};

/** Revision 2. */
function rc4With40(user: Uint8Array): Sealing {
  const owner = rc4(md5(padded(OWNER)).subarray(0, 5), padded(user));
  const key = md5(padded(user), owner, permissions, Buffer.from(ID, 'hex')).subarray(0, 5);
  return {
    dictionary: `<< /Filter /Standard /V 1 /R 2 /O <${hex(owner)}> /U <${hex(rc4(key, PADDING))}> /P ${PERMISSIONS} >>`,
    sealed: (number, bytes) => rc4(md5(key, numbered(number)).subarray(0, 10), bytes),
  };
}

/** Revision 4. */
function aes128(user: Uint8Array): Sealing {
  const often = (digest: Uint8Array) => {
    for (let round = 0; round < 50; round += 1) digest = md5(digest);
    return digest;
  };
  const rounds = (key: Uint8Array, bytes: Uint8Array) => {
    for (let round = 0; round < 20; round += 1)
      bytes = rc4(
        key.map((byte) => byte ^ round),
        bytes,
      );
    return bytes;
  };
  const id = Buffer.from(ID, 'hex');
  const owner = rounds(often(md5(padded(OWNER))), padded(user));
  const key = often(md5(padded(user), owner, permissions, id));
  const check = Buffer.concat([rounds(key, md5(PADDING, id)), Buffer.alloc(16)]);
  return {
    dictionary: `<< /Filter /Standard /V 4 /R 4 /Length 128 /O <${hex(owner)}> /U <${hex(check)}> /P ${PERMISSIONS} ${filters('AESV2', 16)} >>`,
    sealed: (number, bytes) => withVector('aes-128-cbc', md5(key, numbered(number), latin('sAlT')), bytes),
  };
}

/** Revision 6. */
function aes256(password: Uint8Array): Sealing {
  const key = hash('sha256', latin('key'));
  const check = (password: Uint8Array, salt: string, user: Uint8Array) => {
    const [first, second] = [latin(`${salt}: check`), latin(`${salt}: wraps`)];
    const sum = Buffer.concat([hardened(password, first, user), first, second]);
    return { sum, wrapped: cipher('aes-256-cbc', hardened(password, second, user), Buffer.alloc(16), key, false) };
  };
  const user = check(password, 'u', Buffer.alloc(0));
  const owner = check(OWNER, 'o', user.sum);
  const perms = cipher(
    'aes-256-ecb',
    key,
    null,
    Buffer.concat([permissions, Buffer.alloc(4, 255), latin('Tadb'), Buffer.alloc(4)]),
    false,
  );
  const sums = `/O <${hex(owner.sum)}> /OE <${hex(owner.wrapped)}> /U <${hex(user.sum)}> /UE <${hex(user.wrapped)}>`;
  return {
    dictionary: `<< /Filter /Standard /V 5 /R 6 /Length 256 ${sums} /P ${PERMISSIONS} /Perms <${hex(perms)}> ${filters('AESV3', 32)} >>`,
    sealed: (_, bytes) => withVector('aes-256-cbc', key, bytes),
  };
}

/** ISO 32000-2, algorithm 2.B. */
function hardened(password: Uint8Array, salt: Uint8Array, user: Uint8Array): Uint8Array {
  let sum = hash('sha256', password, salt, user);
  for (let round = 0, last = 0; round < 64 || last > round - 32; round += 1) {
    const block = Buffer.concat([password, sum, user]);
    const repeated = Buffer.concat(Array.from({ length: 64 }, () => block));
    const sealed = cipher('aes-128-cbc', sum.subarray(0, 16), sum.subarray(16, 32), repeated, false);
    const rest = sealed.subarray(0, 16).reduce((total, byte) => total + byte, 0) % 3;
    sum = hash(['sha256', 'sha384', 'sha512'][rest] ?? '', sealed);
    last = sealed.at(-1) ?? 0;
  }
  return sum.subarray(0, 32);
}

const numbered = (number: number) => Uint8Array.of(number & 255, (number >> 8) & 255, 0, 0, 0);
const filters = (method: string, length: number) =>
  `/CF << /StdCF << /AuthEvent /DocOpen /CFM /${method} /Length ${length} >> >> /StmF /StdCF /StrF /StdCF`;

function cipher(name: string, key: Uint8Array, vector: Uint8Array | null, bytes: Uint8Array, fills: boolean): Buffer {
  const sealing = createCipheriv(name, key, vector).setAutoPadding(fills);
  return Buffer.concat([sealing.update(bytes), sealing.final()]);
}

function withVector(name: string, key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const vector = md5(bytes);
  return Buffer.concat([vector, cipher(name, key, vector, bytes, true)]);
}

function rc4(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: 256 }, (_, i) => i);
  const swap = (a: number, b: number) => {
    [state[a], state[b]] = [state[b] ?? 0, state[a] ?? 0];
  };
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + (state[i] ?? 0) + (key[i % key.length] ?? 0)) & 255;
    swap(i, j);
  }
  let [i, j] = [0, 0];
  return bytes.map((byte) => {
    i = (i + 1) & 255;
    j = (j + (state[i] ?? 0)) & 255;
    swap(i, j);
    return byte ^ (state[((state[i] ?? 0) + (state[j] ?? 0)) & 255] ?? 0);
  });
}
