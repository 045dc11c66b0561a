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
    return compiled(source, `${flags}u`, whole_word ? '[\\p{L}\\p{M}\\p{N}_]' : null);
  } catch (error) {
    const why = new Error(`The pattern ${JSON.stringify(pattern)} is no regular expression: ${messageOf(error)}`);
    if (NEEDS_UNICODE.test(source)) throw why;
    // Without Unicode rules more is allowed: `\-`, `\_`, a brace that is none.
    try {
      return compiled(source, flags, whole_word ? '\\w' : null);
    } catch {
      throw why;
    }
  }
}

/** `letter`: what may not stand before and after a match. */
function compiled(source: string, flags: string, letter: string | null): RegExp {
  // By itself first: `a)|(b` is a pattern only with what is put around it.
  const regex = new RegExp(source, flags);
  return letter === null ? regex : new RegExp(`(?<!${letter})(?:${source})(?!${letter})`, flags);
}

/** What is wrong, without the pattern itself. */
const messageOf = (error: unknown) =>
  error instanceof Error ? error.message.slice(error.message.lastIndexOf(': ') + 2) : String(error);
