/** Files to try each job with, made here. They are the same on every computer, so their checksums are as well. */
import type { Source } from './sources.ts';

export interface Sample {
  /** Beside the files. */
  input: Record<string, unknown>;
  sources: readonly Source[];
}

const MIB = 1024 * 1024;
const NOISE_MIB = 64;
/** Read so often, it takes some seconds: time to pause, to reload, and to see it go on. */
const ROUNDS = 8;
const SEED = 0x9e3779b9;

const text = (content: string, name: string): Source => file([content], name, 'text/plain');

const file = (parts: BlobPart[], name: string, type: string): Source => ({
  source: new File(parts, name.split('/').at(-1) ?? name, { type }),
  name,
});

const hello = () => text('Nothing leaves this computer.\n', 'hello.txt');
const anchors = () => text('A name is only a name. ⚓\n', '⚓ anchors & ropes.txt');

const samples: Record<string, (onProgress: (percent: number) => void) => Promise<Sample>> = {
  async checksum(onProgress) {
    const noise = file(await noiseOf(NOISE_MIB, onProgress), `noise-${NOISE_MIB}-MiB.bin`, 'application/octet-stream');
    return { input: {}, sources: [hello(), anchors(), ...Array.from({ length: ROUNDS }, () => noise)] };
  },

  async verify() {
    const lines = await Promise.all([
      sumLine('Nothing leaves this computer.\n', 'hello.txt'),
      sumLine('What it should have been.\n', 'changed.txt'),
      sumLine('Nobody has seen it since.\n', 'missing.txt'),
    ]);
    return {
      input: {},
      sources: [hello(), text('What it is now.\n', 'changed.txt'), anchors(), text(lines.join(''), 'SHA256SUMS')],
    };
  },

  async duplicates(onProgress) {
    const noise = await noiseOf(4, onProgress);
    const binary = (name: string) => file(noise, name, 'application/octet-stream');
    return {
      input: {},
      sources: [
        binary('photos/sea.raw'),
        binary('backup/photos/sea (copy).raw'),
        hello(),
        text('Nothing leaves this computer.\n', 'backup/hello.txt'),
        anchors(),
      ],
    };
  },

  async archive(onProgress) {
    const noise = await noiseOf(4, onProgress);
    return {
      input: { name: 'holdfast' },
      sources: [hello(), anchors(), file(noise, 'folder/noise.bin', 'application/octet-stream')],
    };
  },

  async extract() {
    const lines = Array.from({ length: 20_000 }, (_, i) => `Line ${i + 1} of a text that packs well.\n`);
    const packed = new Blob(lines).stream().pipeThrough(new CompressionStream('gzip'));
    return { input: {}, sources: [file([await new Response(packed).blob()], 'lines.txt.gz', 'application/gzip')] };
  },

  async table() {
    const rows = Array.from(
      { length: 50_000 },
      (_, i) => `${i + 1},Rope ${i % 97},${(i % 1000) / 10},2026-01-${10 + (i % 19)}\n`,
    );
    return { input: {}, sources: [text(['id,name,length,made\n', ...rows].join(''), 'ropes.csv')] };
  },

  async documents() {
    const logbook = Array.from(
      { length: 2_000 },
      (_, i) => `Day ${i + 1}. Moored at harbour ${i % 7}, ${2 + (i % 9)} fathoms, rope ${i % 31} made fast.\n\n`,
    );
    return {
      input: {},
      sources: [
        text('# Kelp\n\nA holdfast is what anchors kelp to the ground.\n', 'sea/kelp.md'),
        text('<!doctype html><title>Anchors</title><p>An anchor holds &amp; keeps.', 'sea/anchors.html'),
        text('海带用固着器附着在岩石上。\n', 'sea/海带.txt'),
        text(logbook.join(''), 'sea/logbook.txt'),
      ],
    };
  },

  async grep() {
    const lines = Array.from({ length: 200_000 }, (_, i) => {
      const level = i % 97 === 0 ? 'ERROR' : i % 13 === 0 ? 'WARN' : 'INFO';
      return `${level} mooring ${i % 31} of harbour ${i % 7}: line ${i + 1}\n`;
    });
    return { input: { pattern: '^ERROR .*harbour [1-3]' }, sources: [text(lines.join(''), 'harbour.log')] };
  },

  async images() {
    const colors = ['#0f3d3e', '#d98e04', '#8c2f39'];
    const pictures = await Promise.all(colors.map((color, i) => picture(color, 1_600 - 400 * (i % 2))));
    return {
      input: { to: 'webp', width: 800 },
      sources: pictures.map((blob, i) => file([blob], `sea/${i + 1}.png`, 'image/png')),
    };
  },

  countdown: async () => ({ input: { steps: 10, step_ms: 1_000 }, sources: [] }),
  spin: async () => ({ input: { ms: 30_000 }, sources: [] }),
};

/** `onProgress` is told percents. Null for a job that has none here. */
export async function sampleOf(type: string, onProgress: (percent: number) => void): Promise<Sample | null> {
  return samples[type]?.(onProgress) ?? null;
}

async function noiseOf(mebibytes: number, onProgress: (percent: number) => void): Promise<Blob[]> {
  const parts: Blob[] = [];
  const random = xorshift(SEED);
  for (let made = 0; made < mebibytes; made += 1) {
    onProgress((100 * made) / mebibytes);
    // A blob a part: the browser may move it out of memory. A task a part: the page stays quick.
    parts.push(new Blob([random(MIB)]));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return parts;
}

/** A sea of one color under a sky. */
async function picture(color: string, width: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = 900;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  const sky = context.createLinearGradient(0, 0, 0, canvas.height);
  sky.addColorStop(0, 'white');
  sky.addColorStop(0.6, color);
  context.fillStyle = sky;
  context.fillRect(0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))));
  });
}

async function sumLine(content: string, name: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(content));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex}  ${name}\n`;
}

/** Marsaglia's xorshift32: gives the next bytes at each call. */
function xorshift(seed: number): (bytes: number) => Uint8Array<ArrayBuffer> {
  let x = seed;
  return (bytes) => {
    const view = new DataView(new ArrayBuffer(bytes));
    for (let at = 0; at < bytes; at += 4) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      view.setInt32(at, x, true);
    }
    return new Uint8Array(view.buffer);
  };
}
