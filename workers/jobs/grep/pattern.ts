/** The regular expression that an input asks for. */

export interface Pattern {
  pattern: string;
  fixed: boolean;
  ignore_case: boolean;
  whole_word: boolean;
}

/** What means something else without Unicode rules: a property, a code point, a character that would be two. */
const NEEDS_UNICODE = /(?<!\\)(?:\\\\)*\\[pPu]\{|[\u{10000}-\u{10ffff}]/u;

/** For one line at a time: `.` is any character of it, `^` and `$` are its ends. Throws when the pattern is none. */
export function regexOf({ pattern, fixed, ignore_case, whole_word }: Pattern): RegExp {
  const source = fixed ? pattern.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') : pattern;
  const flags = ignore_case ? 'is' : 's';
  try {
    return new RegExp(whole_word ? word(source, '[\\p{L}\\p{M}\\p{N}_]') : source, `${flags}u`);
  } catch (error) {
    const why = new Error(`The pattern ${JSON.stringify(pattern)} is no regular expression: ${messageOf(error)}`);
    if (NEEDS_UNICODE.test(source)) throw why;
    // Without Unicode rules more is allowed: `\-`, `\_`, a brace that is none.
    try {
      return new RegExp(whole_word ? word(source, '\\w') : source, flags);
    } catch {
      throw why;
    }
  }
}

const word = (source: string, letter: string) => `(?<!${letter})(?:${source})(?!${letter})`;

/** What is wrong, without the pattern itself. */
const messageOf = (error: unknown) =>
  error instanceof Error ? error.message.slice(error.message.lastIndexOf(': ') + 2) : String(error);
