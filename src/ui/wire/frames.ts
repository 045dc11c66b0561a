/** Cuts the text of an event stream into its frames and keeps every character of it. The grammar: https://html.spec.whatwg.org/#parsing-an-event-stream */

/** A line as it came. Together, text and end are the bytes. */
export interface Line {
  text: string;
  end: '\n' | '\r' | '\r\n' | '';
  /** What a reader takes it for. `rest` is the second half of a line's end, which came after the first had already ended a frame. */
  part:
    | { is: 'field'; name: string; value: string }
    | { is: 'comment'; text: string }
    | { is: 'blank' }
    | { is: 'rest' };
}

/** What stands between two empty lines, and what a reader makes of it. */
export interface Frame {
  lines: readonly Line[];
  /** The name of the event; null when there is none for the program: no `data` was there. */
  event: string | null;
  data: string | null;
  /** The place that a reader remembers from here on. */
  id: string | null;
  /** How long a reader is to wait before it comes back, in ms. */
  retry: number | null;
}

const BOM = '\uFEFF';

export function createSplitter() {
  /** Of the frame that is not over yet. */
  let lines: Line[] = [];
  /** The beginning of a line whose end has not come. */
  let open = '';
  let atStart = true;
  /** The last character was a CR: an LF that follows belongs to it. */
  let afterReturn = false;

  function endLine(end: '\n' | '\r' | '\r\n'): Frame | null {
    const part = partOf(atStart && open.startsWith(BOM) ? open.slice(1) : open);
    lines.push({ text: open, end, part });
    open = '';
    atStart = false;
    if (part.is !== 'blank') return null;
    const frame = frameOf(lines);
    lines = [];
    return frame;
  }

  function joinEnds() {
    const last = lines.at(-1);
    if (last) last.end = '\r\n';
    else lines.push({ text: '', end: '\n', part: { is: 'rest' } });
  }

  return {
    /** The frames that are whole with this text. */
    push(text: string): Frame[] {
      const frames: Frame[] = [];
      let from = 0;
      if (afterReturn && text.startsWith('\n')) {
        joinEnds();
        from = 1;
      }
      if (text !== '') afterReturn = false;
      while (from < text.length) {
        const at = nextEnd(text, from);
        open += text.slice(from, at);
        if (at === text.length) break;
        const end = text[at] === '\n' ? '\n' : text[at + 1] === '\n' ? '\r\n' : '\r';
        from = at + end.length;
        afterReturn = end === '\r' && from === text.length;
        const frame = endLine(end);
        if (frame) frames.push(frame);
      }
      return frames;
    },

    /** What came of a frame that was never finished: a reader throws it away. */
    rest: (): string => textOf(lines) + open,
  };
}

/** The characters of a frame, as they came. */
export const textOf = (lines: readonly Line[]): string => lines.map(({ text, end }) => text + end).join('');

function nextEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) if (text[at] === '\n' || text[at] === '\r') return at;
  return text.length;
}

function partOf(text: string): Line['part'] {
  if (text === '') return { is: 'blank' };
  const colon = text.indexOf(':');
  if (colon === 0) return { is: 'comment', text: text.slice(1) };
  if (colon < 0) return { is: 'field', name: text, value: '' };
  return { is: 'field', name: text.slice(0, colon), value: text.slice(colon + 1).replace(/^ /, '') };
}

function frameOf(lines: readonly Line[]): Frame {
  const data: string[] = [];
  let event = '';
  let id: string | null = null;
  let retry: number | null = null;
  for (const { part } of lines) {
    if (part.is !== 'field') continue;
    const { name, value } = part;
    if (name === 'data') data.push(value);
    if (name === 'event') event = value;
    // By the standard an id with a NUL in it is none.
    if (name === 'id' && !value.includes('\0')) id = value;
    if (name === 'retry' && /^[0-9]+$/.test(value)) retry = Number(value);
  }
  const isEvent = data.length > 0;
  return { lines, event: isEvent ? event || 'message' : null, data: isEvent ? data.join('\n') : null, id, retry };
}
