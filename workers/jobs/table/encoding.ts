/**
 * Text of bytes, with the way back from a place in the text to one in the bytes. A byte that is no text becomes a lone surrogate
 * (U+DC00 and the byte), which no valid text has, so that the row it is in can be told from others.
 */
import type { Encoding } from './spec.ts';

export interface Decoder {
  /** `held`: how many bytes at the end are only the beginning of a character; none of them when these are the last bytes. */
  decode(bytes: Uint8Array, last: boolean): { text: string; held: number };
  /** Bytes of a piece of such text. */
  lengthOf(text: string): number;
}

export function decoderOf(encoding: Encoding): Decoder {
  switch (encoding) {
    case 'utf-8':
      return utf8();
    case 'windows-1252':
      return windows1252();
    case 'utf-16le':
      return utf16(true);
    case 'utf-16be':
      return utf16(false);
  }
}

/** Whether that is the better guess: text of UTF-8 may have a damaged byte, and two of Windows-1252 may look like a character. */
export function mostlyUtf8(bytes: Uint8Array, last: boolean): boolean {
  const { text } = utf8().decode(bytes, last);
  if (text.isWellFormed()) return true;
  const beyond = text.replace(/\p{ASCII}+/gu, '');
  const valid = beyond.replace(/\p{Cs}+/gu, '');
  return valid.length * 2 >= beyond.length;
}

/** What is wrong with a row that is not well-formed. */
export function badByteIn(row: string, encoding: Encoding): string {
  const at = [...row].find((character) => /^[\ud800-\udfff]$/.test(character)) ?? '';
  const byte = at.charCodeAt(0) - 0xdc00;
  if (encoding === 'utf-8') return `byte 0x${byte.toString(16).toUpperCase()} is not UTF-8`;
  return 'half a surrogate pair is not UTF-16';
}

function utf8(): Decoder {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    decode(bytes, last) {
      const held = last ? 0 : unfinished(bytes);
      const whole = bytes.subarray(0, bytes.length - held);
      try {
        return { text: strict.decode(whole), held };
      } catch {
        return { text: lenient(whole), held };
      }
    },
    lengthOf(text) {
      let bytes = 0;
      for (let i = 0; i < text.length; i += 1) {
        const code = text.charCodeAt(i);
        if (code < 0x80) bytes += 1;
        else if (code < 0x800) bytes += 2;
        else if (code >= 0xd800 && code < 0xdc00) {
          bytes += 4;
          i += 1;
        } else bytes += code >= 0xdc00 && code < 0xe000 ? 1 : 3;
      }
      return bytes;
    },
  };
}

/** Of a character's first byte: how many bytes it has; 1 for a byte that begins none. */
const lengthBy = (lead: number): number =>
  lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 1;

function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return lengthBy(byte) > back ? back : 0;
  }
  return 0;
}

/** RFC 3629, section 4: the second byte of some characters has a narrower range. */
const secondBy = (lead: number): [number, number] =>
  lead === 0xe0
    ? [0xa0, 0xbf]
    : lead === 0xed
      ? [0x80, 0x9f]
      : lead === 0xf0
        ? [0x90, 0xbf]
        : lead === 0xf4
          ? [0x80, 0x8f]
          : [0x80, 0xbf];

function lenient(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    const size = lengthBy(lead);
    let code = size === 1 ? lead : lead & (0x7f >> size);
    let valid = size > 1 || lead < 0x80;
    for (let i = 1; i < size && valid; i += 1) {
      const next = bytes[at + i] ?? 0;
      const [low, high] = i === 1 ? secondBy(lead) : [0x80, 0xbf];
      valid = next >= low && next <= high;
      code = (code << 6) | (next & 0x3f);
    }
    if (!valid) code = 0xdc00 + lead;
    if (code > 0xffff) {
      units[length++] = 0xd800 + ((code - 0x10000) >> 10);
      units[length++] = 0xdc00 + ((code - 0x10000) & 0x3ff);
    } else units[length++] = code;
    at += valid ? size : 1;
  }
  return textOf(units.subarray(0, length));
}

function windows1252(): Decoder {
  const decoder = new TextDecoder('windows-1252');
  return { decode: (bytes) => ({ text: decoder.decode(bytes), held: 0 }), lengthOf: (text) => text.length };
}

function utf16(little: boolean): Decoder {
  return {
    decode(bytes, last) {
      const units = new Uint16Array(Math.floor(bytes.length / 2));
      for (let i = 0; i < units.length; i += 1) {
        const [first = 0, second = 0] = [bytes[2 * i], bytes[2 * i + 1]];
        units[i] = little ? first | (second << 8) : (first << 8) | second;
      }
      const odd = bytes.length % 2;
      // Half a character at the very end is no character.
      return { text: textOf(units) + (odd && last ? '\udc00' : ''), held: last ? 0 : odd };
    },
    lengthOf: (text) => text.length * 2,
  };
}

/** As many arguments as every engine takes. */
const UNITS = 8192;

function textOf(units: Uint16Array): string {
  const parts: string[] = [];
  for (let at = 0; at < units.length; at += UNITS) parts.push(String.fromCharCode(...units.subarray(at, at + UNITS)));
  return parts.join('');
}
