/** Which encoding a text is in. */
import type { Encoding } from './plan.ts';

/** Of decoders: what can be cut at a line's end has no other meaning for that byte. */
export type Label = Exclude<Encoding, 'auto'> | 'utf-16be';

export interface Found {
  label: Label;
  /** Bytes of the mark at its beginning. */
  mark: number;
}

const DECLARED = /<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{1,40})/i;

/** `sample`: its first bytes. `declares`: it may name its encoding, as HTML does. */
export function encodingOf(sample: Uint8Array, asked: Encoding, declares = false): Found {
  const [first, second, third] = sample;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { label: 'utf-8', mark: 3 };
  if (first === 0xff && second === 0xfe) return { label: 'utf-16le', mark: 2 };
  if (first === 0xfe && second === 0xff) return { label: 'utf-16be', mark: 2 };
  if (asked !== 'auto') return { label: asked, mark: 0 };
  return { label: (declares && declared(sample)) || guessed(sample), mark: 0 };
}

function declared(sample: Uint8Array): Label | null {
  const [, name] = DECLARED.exec(new TextDecoder('latin1').decode(sample.subarray(0, 4096))) ?? [];
  if (!name) return null;
  try {
    const label = new TextDecoder(name).encoding as Label;
    // Whoever can read the name has read it byte by byte: HTML takes that for UTF-8.
    return label.startsWith('utf-16') ? 'utf-8' : label;
  } catch {
    // A name that nobody knows says nothing.
    return null;
  }
}

function guessed(sample: Uint8Array): Label {
  if (readable(sample, 'utf-8') !== null) return 'utf-8';
  // Of two bytes each, the most common characters of Chinese text are in its first level: 0xB0–0xD7.
  const chinese = readable(sample, 'gb18030');
  if (chinese !== null && common(sample) > 0.6) return 'gb18030';
  return 'windows-1252';
}

/** Null when it is not in that encoding. What the sample's end may have cut does not count. */
function readable(sample: Uint8Array, label: Label): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(sample, { stream: true });
  } catch {
    return null;
  }
}

/** How many of the pairs of high bytes begin one of the common characters. */
function common(sample: Uint8Array): number {
  let [pairs, known] = [0, 0];
  for (let at = 0; at + 1 < sample.length; at += 1) {
    const lead = sample[at] ?? 0;
    if (lead < 0x81) continue;
    pairs += 1;
    if (lead >= 0xb0 && lead <= 0xd7 && (sample[at + 1] ?? 0) >= 0xa1) known += 1;
    at += 1;
  }
  return pairs > 0 ? known / pairs : 0;
}
