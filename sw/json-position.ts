/** Where a text stops being JSON (RFC 8259). Engines tell it in their own words, for short texts or never: this is the same in all. */

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** The position of the first character that no JSON could have there; the length of a text that only breaks off. */
export function brokenAt(text: string): number {
  const open: ('}' | ']')[] = [];
  /** An object or array that was just opened may also close. */
  let opened = false;
  let expects: 'value' | 'key' | 'end' = 'value';
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  /** Past the string that begins here; false, and at the place where it breaks, if it is none. */
  const skipString = (): boolean => {
    if (text[at] !== '"') return false;
    at += 1;
    while (at < text.length && text[at] !== '"') {
      if (text.charCodeAt(at) < 0x20) return false;
      if (text[at] !== '\\') at += 1;
      else if (!skip(ESCAPE)) return false;
    }
    at += 1;
    return at <= text.length;
  };

  for (;;) {
    skip(SPACE);
    const character = text[at];
    const closing = open.at(-1);
    if (character !== undefined && character === closing && (opened || expects === 'end')) {
      open.pop();
      at += 1;
      expects = 'end';
    } else if (expects === 'end') {
      if (character !== ',' || !closing) return at;
      at += 1;
      expects = closing === '}' ? 'key' : 'value';
    } else if (expects === 'key') {
      if (!skipString()) return Math.min(at, text.length);
      skip(SPACE);
      if (text[at] !== ':') return at;
      at += 1;
      expects = 'value';
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']');
      at += 1;
      expects = character === '{' ? 'key' : 'value';
      opened = true;
      continue;
    } else {
      if (!(character === '"' ? skipString() : skip(SCALAR))) return Math.min(at, text.length);
      expects = 'end';
    }
    opened = false;
  }
}
