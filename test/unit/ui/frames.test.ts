import { createParser, type EventSourceMessage } from 'eventsource-parser';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSplitter, type Frame, textOf } from '../../../src/ui/wire/frames.ts';

function split(chunks: readonly string[]) {
  const splitter = createSplitter();
  const frames = chunks.flatMap(splitter.push);
  return { frames, rest: splitter.rest() };
}

const meaning = ({ event, data, id, retry }: Frame) => ({ event, data, id, retry });

const STREAM =
  'retry: 250\n\n: heartbeat\n\nid: 1\ndata: {"a":1}\n\nid: 2\nevent: log\ndata: one\ndata: two\n\ndata:no space\n\n';

test('a stream is cut where its empty lines are, and each frame says what a reader makes of it', () => {
  const { frames, rest } = split([STREAM]);
  expect(frames.map(meaning)).toEqual([
    { event: null, data: null, id: null, retry: 250 },
    { event: null, data: null, id: null, retry: null },
    { event: 'message', data: '{"a":1}', id: '1', retry: null },
    { event: 'log', data: 'one\ntwo', id: '2', retry: null },
    { event: 'message', data: 'no space', id: null, retry: null },
  ]);
  expect(frames.map(({ lines }) => textOf(lines)).join('')).toBe(STREAM);
  expect(rest).toBe('');
});

test.each(['\n', '\r', '\r\n'])('lines may end with %j, wherever the chunks end', (end) => {
  const text = STREAM.replaceAll('\n', end);
  const whole = split([text]);
  expect(whole.frames.map(meaning)).toEqual(split([STREAM]).frames.map(meaning));
  for (let at = 0; at <= text.length; at += 1) {
    const parts = split([text.slice(0, at), text.slice(at)]);
    expect(parts.frames.map(meaning)).toEqual(whole.frames.map(meaning));
    expect(parts.frames.map(({ lines }) => textOf(lines)).join('') + parts.rest).toBe(text);
  }
});

test('a frame that ends with CR is there at once; an LF that follows in the next chunk is no empty line', () => {
  const splitter = createSplitter();
  expect(splitter.push('data: x\r\r').map(meaning)).toEqual([{ event: 'message', data: 'x', id: null, retry: null }]);
  const [next, ...more] = splitter.push('\ndata: y\n\n');
  expect(next && meaning(next)).toEqual({ event: 'message', data: 'y', id: null, retry: null });
  expect(next && textOf(next.lines)).toBe('\ndata: y\n\n');
  expect(more).toEqual([]);
});

test('a byte order mark at the beginning is no part of the first field, and one further on is', () => {
  const { frames } = split(['\uFEFFdata: a\n\n\uFEFFdata: b\n\n']);
  expect(frames.map(({ data }) => data)).toEqual(['a', null]);
  expect(frames.map(({ lines }) => textOf(lines)).join('')).toBe('\uFEFFdata: a\n\n\uFEFFdata: b\n\n');
});

test('what a reader passes over is kept and means nothing: a bad retry, an id with NUL, an unknown field, a frame that is cut off', () => {
  const { frames, rest } = split(['retry: soon\nid: a\0b\ncolor: red\ndata\n\ndata: half']);
  expect(frames.map(meaning)).toEqual([{ event: 'message', data: '', id: null, retry: null }]);
  expect(rest).toBe('data: half');
});

const line = fc.oneof(
  fc.constantFrom('data: x', 'data', 'id: 7', 'id', 'event: log', 'event:', ': ping', 'retry: 9', 'retry: -1', '', ''),
  fc.string({ unit: fc.constantFrom(':', ' ', 'd', '\u202e', '<', '"', '\0'), maxLength: 6 }),
);
const stream = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 40 })
  .map((lines) => lines.flat().join(''));

test('whatever comes, in whatever chunks: no character is lost, and the events are those of eventsource-parser', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(200), { maxLength: 8 }), (text, cuts) => {
      const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length];
      const chunks = places.slice(1).map((to, i) => text.slice(places[i], to));
      const { frames, rest } = split(chunks);
      expect(frames.map(({ lines }) => textOf(lines)).join('') + rest).toBe(text);
      expect(frames.map(meaning)).toEqual(split([text]).frames.map(meaning));

      const theirs: EventSourceMessage[] = [];
      const parser = createParser({ onEvent: (message) => void theirs.push(message) });
      // In one piece and with LF alone, which no parser gets wrong.
      parser.feed(text.replaceAll(/\r\n?/g, '\n'));
      const ours = frames.filter(({ event }) => event !== null);
      expect(ours.map(({ event, data }) => ({ event, data }))).toEqual(
        theirs.map(({ event, data }) => ({ event: event || 'message', data })),
      );
    }),
    { numRuns: 2_000 },
  );
});
