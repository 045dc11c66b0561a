import { closedIndex } from '../../closed-index.ts';
import { ask, client, run, send } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

/** A PDF of one page for each text. What it lacks, its reader finds by itself. */
function pdfOf(...texts: string[]): string {
  const pages = texts.map((text, n) => {
    const content = `BT /F1 12 Tf 72 720 Td (${text}) Tj ET`;
    return `${10 + 2 * n} 0 obj
<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${11 + 2 * n} 0 R >>
endobj
${11 + 2 * n} 0 obj
<< /Length ${content.length} >>
stream
${content}
endstream
endobj
`;
  });
  return `%PDF-1.4
1 0 obj
<< /Type /Catalog /Pages 2 0 R >>
endobj
2 0 obj
<< /Type /Pages /Count ${texts.length} /Kids [${texts.map((_, n) => `${10 + 2 * n} 0 R`).join(' ')}] >>
endobj
3 0 obj
<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>
endobj
${pages.join('')}trailer
<< /Root 1 0 R >>
%%EOF
`;
}

async function index(files: Record<string, string>) {
  const added = [];
  for (const [name, text] of Object.entries(files)) added.push(await client.addFile(new File([text], name)));
  const task = await run('documents', { files: added.map(({ file_id }) => ({ file_id })) });
  expect(task.error, 'the error').toBe(null);
  return task.result as { documents: number; pages: number; skipped: number };
}

const find = async (q: string) => (await client.search(q)).hits.map(({ file, page }) => `${file} ${page}`).sort();

test('documents are found page by page once they are read, and still when the index was closed, with OPFS or without', async () => {
  const files = {
    'a.pdf': pdfOf('An anchor holds', 'fast in the sand'),
    'b.md': '# Notes\n\nThe anchor is in the notes.',
    'c.html': '<title>Page</title><p>naïve anchor<script>sand()</script>',
    'd.txt': '全文检索系统 and sand',
  };
  expect(await index(files)).toHave({ documents: 4, pages: 5, skipped: 0 });
  const look = async () => {
    expect(await find('anchor')).toEqual(['a.pdf 1', 'b.md 1', 'c.html 1']);
    expect(await find('sand')).toEqual(['a.pdf 2', 'd.txt 1']);
    expect(await find('NAIVE')).toEqual(['c.html 1']);
    expect(await find('检索')).toEqual(['d.txt 1']);
  };
  await look();
  await closedIndex(client);
  await look();
});

test('a file that changed takes the place of the old one, and what is forgotten is gone', async () => {
  expect(await index({ 'e.txt': 'the old words' })).toHave({ documents: 1 });
  expect(await index({ 'e.txt': 'the new words' })).toHave({ documents: 1 });
  expect(await find('words')).toEqual(['e.txt 1']);
  expect(await find('old words')).toEqual([]);
  const [hit] = (await client.search('new words')).hits;
  expect(hit?.snippet, 'the snippet').toBe('the new words');
  expect((await send('DELETE', `search/documents/${hit?.document_id}`)).status).toBe(204);
  await closedIndex(client);
  expect(await find('words')).toEqual([]);
  expect((await (await ask('search/documents?limit=500')).json()).documents.length > 0, 'whether others are left').toBe(
    true,
  );
  await client.forgetAll();
  await closedIndex(client);
  expect((await (await ask('search/documents')).json()).total, 'how many are left').toBe(0);
});
