/** Reads HTML: its text, without what is no text. */
import { Parser } from 'htmlparser2';
import { encodingOf } from './encoding.ts';
import { paginate } from './paginate.ts';
import { BUNCH_CHARACTERS, clean, type Pages, type Source, titleOf } from './plan.ts';

/** A page of the web that is larger is data. */
const MAX_BYTES = 32 * 1024 * 1024;
const PART_BYTES = 256 * 1024;
/** So many pages that are passed over are told of. */
const TOLD = 100;
const SILENT = new Set(['script', 'style', 'template', 'noscript', 'svg', 'math', 'iframe', 'object', 'select']);
const BLOCK = new Set(
  (
    'address article aside blockquote br caption dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 ' +
    'h3 h4 h5 h6 header hr legend li main menu nav ol option p pre section summary table tbody td tfoot th thead title tr ul'
  ).split(' '),
);

export async function* readHtml(source: Source): AsyncGenerator<Pages, string | null, void> {
  const { size, encoding, from, bytes, at } = source;
  if (size > MAX_BYTES) throw new Error(`is HTML of ${size} bytes, and at most ${MAX_BYTES} are read`);
  const sample = await bytes(0, Math.min(size, PART_BYTES));
  const { label } = encodingOf(sample, encoding, true);
  const decoder = new TextDecoder(label);
  const text = textOf();
  for (let offset = 0; offset < size; offset += PART_BYTES) {
    at(0, 0);
    const part = await bytes(offset, Math.min(size, offset + PART_BYTES));
    text.write(decoder.decode(part, { stream: offset + PART_BYTES < size }));
  }
  const { body, title } = text.end();

  const seen = from && 'page' in from ? from.page : 0;
  let texts: string[] = [];
  let [page, length] = [0, 0];
  for (const each of paginate(clean(body))) {
    page += 1;
    // What was read before is passed over, which may take a while.
    if (page <= seen) {
      if (page % TOLD === 0) at(0, 0.5);
      continue;
    }
    texts.push(each);
    length += each.length;
    if (length < BUNCH_CHARACTERS) continue;
    yield { texts, position: { page }, share: 0.5 };
    [texts, length] = [[], 0];
  }
  yield { texts, position: { page }, share: 1 };
  return titleOf(title);
}

function textOf() {
  let [body, title] = ['', ''];
  const open: string[] = [];
  let [silent, titled, verbatim] = [0, 0, 0];
  const parser = new Parser({
    onopentagname(name) {
      open.push(name);
      if (SILENT.has(name)) silent += 1;
      if (name === 'title') titled += 1;
      if (name === 'pre') verbatim += 1;
      if (BLOCK.has(name)) body += '\n';
    },
    onclosetag(name) {
      if (open.at(-1) === name) open.pop();
      if (SILENT.has(name)) silent = Math.max(0, silent - 1);
      if (name === 'title') titled = Math.max(0, titled - 1);
      if (name === 'pre') verbatim = Math.max(0, verbatim - 1);
      if (BLOCK.has(name) && name !== 'br' && name !== 'hr') body += '\n';
    },
    ontext(text) {
      if (silent > 0) return;
      if (titled > 0) title += text;
      else body += verbatim > 0 ? text : text.replace(/\s+/g, ' ');
    },
  });
  return {
    write: (part: string) => parser.write(part),
    end() {
      parser.end();
      return {
        title,
        body: body
          // From the first of the blanks only: looked at from each of them, a long row of them takes longer than it is long.
          .replace(/(?<![ \t])[ \t]*\n[ \t]*/g, '\n')
          .replace(/\n{3,}/g, '\n\n')
          .trim(),
      };
    },
  };
}
