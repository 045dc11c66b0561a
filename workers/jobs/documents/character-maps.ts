/// <reference types="vite/types/importMeta.d.ts" />
/** What characters the codes of fonts stand for that a PDF only names: of Chinese, Japanese and Korean. One is loaded when it is needed. */

const files = import.meta.glob<string>('../../../node_modules/pdfjs-dist/cmaps/*.bcmap', {
  query: '?url&no-inline',
  import: 'default',
  eager: true,
});

/** As pdf.js asks for files of its own. The shapes of letters, which it asks for too, do not matter here. */
export class CharacterMaps {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const address = Object.entries(files).find(([path]) => path.endsWith(`/${filename}`))?.[1];
    if (kind !== 'cMapUrl' || !address) throw new Error(`${filename} is not needed`);
    const response = await fetch(new URL(address, self.location.href));
    if (!response.ok) throw new Error(`${filename} cannot be had: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}
