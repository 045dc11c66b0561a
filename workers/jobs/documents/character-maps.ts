/// <reference types="vite/types/importMeta.d.ts" />
/** What characters the codes of fonts stand for that a PDF only names: of Chinese, Japanese and Korean. One is loaded when it is needed. */
import { partLost } from '../../../src/core/part-lost.ts';

const files = import.meta.glob<string>('../../../node_modules/pdfjs-dist/cmaps/*.bcmap', {
  query: '?url&no-inline',
  import: 'default',
  eager: true,
});

/** For one reading. As pdf.js asks for files of its own. The shapes of letters, which it asks for too, do not matter here. */
export function characterMaps() {
  let lost: Error | null = null;
  return {
    factory: class {
      async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
        const address = Object.entries(files).find(([path]) => path.endsWith(`/${filename}`))?.[1];
        if (kind !== 'cMapUrl' || !address) throw new Error(`${filename} is not needed`);
        try {
          return await loaded(address);
        } catch (error) {
          lost ??= partLost(filename, error);
          throw lost;
        }
      }
    },
    /** Throws when one could not be had: pdf.js goes on without it, as if the page had no text. */
    check() {
      if (lost) throw lost;
    },
  };
}

async function loaded(address: string): Promise<Uint8Array> {
  const response = await fetch(new URL(address, self.location.href));
  if (!response.ok) throw new Error(`it was answered with ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
