/** Event streams byte by byte, and what a reader makes of them: https://html.spec.whatwg.org/#parsing-an-event-stream */

export interface Seen {
  type: string;
  data: string;
  id: string;
}

export interface Case {
  /** As a promise. */
  name: string;
  /** As they are sent; a string is sent as UTF-8. */
  chunks: (string | number[])[];
  events: Seen[];
  /** What our own reader makes of it where it is known to differ, and why. */
  known?: { why: string; events: Seen[] };
  /** What the EventSource of Firefox makes of it instead (measured, 153). */
  firefox?: Seen[];
}

const message = (data: string, id = ''): Seen => ({ type: 'message', data, id });
const named = (type: string, data: string, id = ''): Seen => ({ type, data, id });
const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];
const bytewise = (text: string): number[][] => bytesOf(text).map((byte) => [byte]);

export const cases: readonly Case[] = [
  { name: 'a line ends with LF', chunks: ['data: a\ndata: b\n\n'], events: [message('a\nb')] },
  { name: 'a line ends with CRLF', chunks: ['data: a\r\ndata: b\r\n\r\n'], events: [message('a\nb')] },
  { name: 'a line ends with CR', chunks: ['data: a\rdata: b\r\rdata: c\n\n'], events: [message('a\nb'), message('c')] },
  {
    name: 'line ends may be mixed',
    chunks: ['data: a\rdata: b\r\ndata: c\n\r\ndata: d\r\n\rdata: e\n\n'],
    events: [message('a\nb\nc'), message('d'), message('e')],
  },
  {
    name: 'a CRLF that two chunks share is one line end',
    chunks: ['data: a\r', '\ndata: b\r', '\n\r', '\ndata: c\n\n'],
    events: [message('a\nb'), message('c')],
  },
  {
    name: 'an event that ends with a lone CR at the very end is an event',
    chunks: ['data: a\n\n', 'data: b\r\r'],
    events: [message('a'), message('b')],
    known: {
      why: 'It waits for the LF that a CR at the end of a chunk may have; our server ends lines with LF.',
      events: [message('a')],
    },
  },
  { name: 'a byte order mark at the start is dropped', chunks: ['\uFEFFdata: a\n\n'], events: [message('a')] },
  {
    name: 'of two byte order marks one is dropped, so the first field has a name that nobody knows',
    chunks: ['\uFEFF\uFEFFdata: a\n\ndata: b\n\n'],
    events: [message('b')],
  },
  {
    name: 'a byte order mark inside a value stays',
    chunks: ['data: \uFEFFa\n\n'],
    events: [message('\uFEFFa')],
  },
  {
    name: 'a comment is no event, wherever it stands',
    chunks: [': one\n\n:\n:two\ndata: a\n: data: x\ndata: b\n\n'],
    events: [message('a\nb')],
  },
  { name: 'empty lines alone are no events', chunks: ['\n\n\r\r\r\n\r\n\ndata: a\n\n\n\n\n'], events: [message('a')] },
  {
    name: 'several data lines are joined by LF',
    chunks: ['data: a\ndata:b\ndata:  c\n\n'],
    events: [message('a\nb\n c')],
  },
  {
    name: 'one space after the colon is dropped, a second or a tab stays',
    chunks: ['data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\ndata: a \n\n'],
    events: [message('a'), message('a'), message(' a'), message('\ta'), message('a ')],
  },
  {
    name: 'empty data is an event with empty data',
    chunks: ['data:\n\ndata: \n\ndata\n\n'],
    events: [message(''), message(''), message('')],
  },
  { name: 'two empty data lines are one LF', chunks: ['data\ndata\n\n'], events: [message('\n')] },
  {
    name: 'a value may hold colons',
    chunks: ['data: {"a": 1}\n\ndata::b\n\ndata: :c:\n\n'],
    events: [message('{"a": 1}'), message(':b'), message(':c:')],
  },
  {
    name: 'unknown fields are passed over, and names are case-sensitive',
    chunks: ['Data: x\nDATA: x\n data: x\ndata : x\nfoo: x\nfoo\ndata: a\nevents: x\n\n'],
    events: [message('a')],
  },
  {
    name: 'an event has a name for itself alone',
    chunks: ['event: update\ndata: a\n\ndata: b\n\n'],
    events: [named('update', 'a'), message('b')],
  },
  {
    name: 'the last name counts, and an empty one is none',
    chunks: [
      'event: other\nevent: update\ndata: a\n\nevent: update\nevent:\ndata: b\n\nevent: update\nevent\ndata: c\n\n',
    ],
    events: [named('update', 'a'), message('b'), message('c')],
  },
  {
    name: 'a name may hold anything but a line end',
    chunks: ['event: a b:ü\ndata: a\n\n'],
    events: [named('a b:ü', 'a')],
  },
  {
    name: 'an event without data is none, and its name is forgotten',
    chunks: ['event: update\n\ndata: a\n\n'],
    events: [message('a')],
  },
  {
    name: 'an id stays until there is another',
    chunks: ['id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\ndata: d\n\n'],
    events: [message('a', '1'), message('b', '1'), message('c', '2'), message('d', '2')],
  },
  {
    name: 'an empty id takes the id back',
    chunks: ['id: 1\ndata: a\n\nid:\ndata: b\n\nid: 2\ndata: c\n\nid\ndata: d\n\n'],
    events: [message('a', '1'), message('b'), message('c', '2'), message('d')],
  },
  {
    name: 'an id without data counts for what follows',
    chunks: ['id: 1\n\ndata: a\n\n'],
    events: [message('a', '1')],
    firefox: [message('a')],
    known: {
      why: 'The parser tells of an id with its event alone; our server sends none without data.',
      events: [message('a')],
    },
  },
  {
    name: 'an id with a NUL in it is passed over',
    chunks: ['id: 1\nid: 2\0\ndata: a\n\nid: \0\ndata: b\n\n'],
    events: [message('a', '1'), message('b', '1')],
    firefox: [],
  },
  {
    name: 'an id is any text',
    chunks: ['id:  a:b ü 日本 \ndata: a\n\n'],
    events: [message('a', ' a:b ü 日本 ')],
  },
  { name: 'NUL in data stays', chunks: ['data: a\0b\n\n'], events: [message('a\0b')], firefox: [message('ab')] },
  {
    name: 'only CR and LF end a line',
    chunks: ['data: a\u2028b\u2029c\u0085d\ve\ff\n\n'],
    events: [message('a\u2028b\u2029c\u0085d\ve\ff')],
  },
  {
    name: 'UTF-8 that is cut between chunks is whole again',
    chunks: bytewise('event: ü\nid: 日\ndata: 日本 🦊\n\n'),
    events: [named('ü', '日本 🦊', '日')],
  },
  {
    name: 'bytes that are no UTF-8 are replaced',
    chunks: [bytesOf('data: a'), [0xff, 0xc3], bytesOf('b\n\n')],
    events: [message('a\uFFFD\uFFFDb')],
  },
  {
    name: 'a stream that comes byte by byte is the same stream',
    chunks: bytewise(': c\r\nid: 7\r\nevent: update\r\ndata: a\r\ndata: b\r\n\r\ndata: c\n\n'),
    events: [named('update', 'a\nb', '7'), message('c', '7')],
  },
  {
    name: 'an event that is not closed by an empty line is dropped',
    chunks: ['data: a\n\nid: 9\ndata: b\n'],
    events: [message('a')],
  },
  { name: 'a last line without its end is dropped', chunks: ['data: a\n\ndata: b'], events: [message('a')] },
  {
    name: 'a retry is no event, and a broken one is passed over',
    chunks: ['retry: 100\n\nretry: x\nretry: -1\nretry: 1.5\nretry\ndata: a\n\n'],
    events: [message('a')],
  },
  {
    name: 'a line may be long',
    chunks: [`data: ${'x'.repeat(70_000)}`, `${'y'.repeat(70_000)}\n\n`],
    events: [message('x'.repeat(70_000) + 'y'.repeat(70_000))],
  },
];

/** Every name that an event of a case has. */
export const names = [...new Set(['message', 'update', 'other', ...cases.flatMap((c) => c.events.map((e) => e.type))])];

export const encode = (chunk: string | number[]): Uint8Array<ArrayBuffer> =>
  typeof chunk === 'string' ? new TextEncoder().encode(chunk) : new Uint8Array(chunk);
