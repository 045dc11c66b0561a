/** PDF files of some pages of text, as plain as they come. */

const WORDS = 'anchor rope harbour kelp tide mooring vessel sand rock current chain storm ledger signal'.split(' ');

/** Each with `pages` pages of about 2,500 characters; no two files are the same. */
export function papers(count: number, pages: number, edition = 0): File[] {
  return Array.from({ length: count }, (_, n) => {
    const seed = edition * count + n;
    return new File([pdf(Array.from({ length: pages }, (_, page) => linesOf(seed * pages + page)))], `paper ${n}.pdf`);
  });
}

export function linesOf(seed: number): string[] {
  let x = seed * 2654435761 + 1;
  const word = () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x % 3 === 0 ? `w${(x >>> 8) % 20_000}` : (WORDS[(x >>> 8) % WORDS.length] ?? '');
  };
  return Array.from({ length: 40 }, () => Array.from({ length: 10 }, word).join(' '));
}

function pdf(pages: string[][]): string {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, n) => `${4 + 2 * n} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((lines, n) => {
      const content = `BT /F1 9 Tf 12 TL 40 760 Td\n${lines.map((line) => `(${line}) Tj T*`).join('\n')}\nET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * n} 0 R >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ];
    }),
  ];
  let text = '%PDF-1.4\n';
  const places = objects.map((body, n) => {
    const at = text.length;
    text += `${n + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const size = objects.length + 1;
  const table = text.length;
  return `${text}xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
}
