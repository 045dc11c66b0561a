/** PDF files, made byte by byte: text in fonts of several kinds, turned pages, encryption, and what is wrong with them. */
import { createHash } from 'node:crypto';
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

export interface PdfOptions {
  title?: string;
  compress?: boolean;
  encrypt?: { user: string };
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
  const key = options.encrypt ? encryptionOf(options.encrypt.user) : null;
  const stream = (number: number, entries: string, bytes: Uint8Array): Part[] => {
    const packed = options.compress ? deflateSync(bytes) : bytes;
    const body = key ? rc4(objectKey(key.key, number), packed) : packed;
    const filter = options.compress ? ' /Filter /FlateDecode' : '';
    return [`<< /Length ${body.length}${filter}${entries} >>\nstream\n`, body, '\nendstream'];
  };
  const text = (number: number, value: string) =>
    key ? `<${hex(rc4(objectKey(key.key, number), latin(value)))}>` : `(${escaped(value)})`;

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
  const parts: Uint8Array[] = [latin('%PDF-1.6\n%\xe2\xe3\xcf\xd3\n')];
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

const md5 = (...parts: Uint8Array[]) => createHash('md5').update(Buffer.concat(parts)).digest();
const padded = (password: string) => Buffer.concat([latin(password), PADDING]).subarray(0, 32);

/** The standard handler, revision 2: RC4 with 40 bits. */
function encryptionOf(user: string) {
  const owner = rc4(md5(padded('owner')).subarray(0, 5), padded(user));
  const permissions = Buffer.alloc(4);
  permissions.writeInt32LE(PERMISSIONS);
  const key = md5(padded(user), owner, permissions, Buffer.from(ID, 'hex')).subarray(0, 5);
  const dictionary = `<< /Filter /Standard /V 1 /R 2 /O <${hex(owner)}> /U <${hex(rc4(key, PADDING))}> /P ${PERMISSIONS} >>`;
  return { key, dictionary };
}

const objectKey = (key: Uint8Array, number: number) =>
  md5(key, Uint8Array.of(number & 255, (number >> 8) & 255, 0, 0, 0)).subarray(0, key.length + 5);

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
