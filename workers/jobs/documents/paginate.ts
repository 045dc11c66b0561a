/** Pages of a text that has none. */

const PAGE_CHARACTERS = 3_000;
const SHORTEST = 1_500;
/** From the best place to cut to the worst. */
const CUTS = ['\n\n', '\n', '. ', '。', ' '];

/** Where the text has form feeds it has pages; within them, about a sheet of paper at a time. */
export function* paginate(text: string): Generator<string, void, void> {
  for (const sheet of text.split('\f')) {
    for (let at = 0; at < sheet.length; ) {
      const end = cutOf(sheet, at);
      const page = sheet.slice(at, end).trim();
      if (page) yield page;
      at = end;
    }
  }
}

function cutOf(text: string, from: number): number {
  const end = from + PAGE_CHARACTERS;
  if (end >= text.length) return text.length;
  // No more than this is looked at: a text may have none of them anywhere.
  const half = text.slice(from + SHORTEST, end);
  for (const cut of CUTS) {
    const at = half.lastIndexOf(cut);
    if (at >= 0) return from + SHORTEST + at + cut.length;
  }
  return (text.charCodeAt(end) & 0xfc00) === 0xdc00 ? end - 1 : end;
}
