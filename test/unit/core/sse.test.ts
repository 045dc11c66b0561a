import { createParser, type EventSourceMessage } from 'eventsource-parser';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeEvent, encodeFrame, framesOf, HEARTBEAT, RETRY_LATER, RETRY_SOON } from '../../../src/core/sse.ts';
import { type Change, type StoredTask, stateOf, type TaskEvent } from '../../../src/core/task.ts';
import { after, changed, examples } from './tasks.ts';

const { created, started, completed, failed, canceled } = examples;

/** The event by which `task` came to be what it is. */
const eventOf = (change: Change, task: StoredTask | null): TaskEvent => ({
  ...change,
  n: Number(task?.last_event_id),
  at: task?.updated_at ?? '',
  state: task && change.kind !== 'log' ? stateOf(task) : null,
});
const running = after(created, started);
const eventAfter = (change: Change) => eventOf(change, changed(running, change));

interface Read {
  messages: EventSourceMessage[];
  retries: number[];
  comments: string[];
}

/** What a reader makes of these bytes, however they are cut. */
function read(chunks: Iterable<Uint8Array>): Read {
  const found: Read = { messages: [], retries: [], comments: [] };
  const parser = createParser({
    onEvent: (message) => found.messages.push(message),
    onRetry: (ms) => found.retries.push(ms),
    onComment: (comment) => found.comments.push(comment),
    onError(error) {
      throw error;
    },
  });
  const decoder = new TextDecoder();
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
  parser.feed(decoder.decode());
  return found;
}

const whole = (text: string) => read([new TextEncoder().encode(text)]);

describe('to the byte, as in the contract', () => {
  const task_id = '0197';
  const state = { total: 104857600, unit: 'bytes', attempt: 1 };
  const at = '2026-01-01T00:00:00.000Z';

  test('progress is a default message with its id and the eight keys', () => {
    const moved = { ...state, status: 'running', progress: 41.5, message: 'report.pdf', done: 43515904 } as const;
    const event: TaskEvent = { ...examples.progress, n: 3, at, state: stateOf({ ...running, ...moved }) };
    expect(encodeEvent(task_id, event, true)).toBe(
      'id: 3\ndata: {"task_id":"0197","status":"running","progress":41.5,"message":"report.pdf","done":43515904,"total":104857600,"unit":"bytes","attempt":1}\n\n',
    );
  });

  test('a log line is a log event', () => {
    const event: TaskEvent = { kind: 'log', level: 'info', message: '2 of 7 files', n: 4, at, state: null };
    expect(encodeEvent(task_id, event, true)).toBe(
      `id: 4\nevent: log\ndata: {"task_id":"0197","level":"info","message":"2 of 7 files","at":"${at}"}\n\n`,
    );
  });

  test('the end is a message without an id and then complete, with a retry that never comes', () => {
    const ended = { ...state, status: 'completed', progress: 100, message: null, done: 104857600 } as const;
    const event: TaskEvent = {
      kind: 'completed',
      result: {},
      files: [],
      n: 9,
      at,
      state: stateOf({ ...running, ...ended }),
    };
    expect(encodeEvent(task_id, event, true)).toBe(
      'retry: 3600000\n' +
        'data: {"task_id":"0197","status":"completed","progress":100,"message":null,"done":104857600,"total":104857600,"unit":"bytes","attempt":1}\n\n' +
        'id: 9\nevent: complete\n' +
        'data: {"task_id":"0197","status":"completed","result":{},"error":null,"stopped":null}\n\n',
    );
  });

  test('a stream begins with a short retry; its heartbeat is a comment', () => {
    expect([RETRY_SOON, RETRY_LATER, HEARTBEAT]).toEqual(['retry: 250\n\n', 'retry: 5000\n\n', ': heartbeat\n\n']);
    expect(whole(RETRY_SOON + HEARTBEAT)).toEqual({ messages: [], retries: [250], comments: ['heartbeat'] });
  });
});

describe('an end', () => {
  test.each([completed, failed, canceled])('$kind: complete says how', (change) => {
    const { messages, retries } = whole(encodeEvent('t', eventAfter(change), true));
    expect(retries).toEqual([3_600_000]);
    expect(messages.map(({ id, event }) => [id, event])).toEqual([
      [undefined, undefined],
      ['3', 'complete'],
    ]);
    expect(JSON.parse(messages[1]?.data ?? '')).toEqual({
      task_id: 't',
      status: change.kind,
      result: change.kind === 'completed' ? change.result : null,
      error: change.kind === 'failed' ? change.error : null,
      stopped: change.kind === 'completed' ? null : change.stopped,
    });
  });

  test('that was retried since is a plain message with its id', () => {
    const { messages, retries } = whole(encodeEvent('t', eventAfter(failed), false));
    expect(retries).toEqual([]);
    expect(messages).toMatchObject([{ id: '3', event: undefined }]);
    expect(JSON.parse(messages[0]?.data ?? '')).toMatchObject({ status: 'failed' });
  });

  test('is not what the last progress of a running task is', () => {
    expect(framesOf('t', eventAfter(examples.progress), true)).toHaveLength(1);
  });
});

const nasty = fc.constantFrom(
  '\r',
  '\n',
  '\r\n',
  '\0',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\ud800',
  '\udfff',
  '🦀',
  'é',
  ': x',
  'data: y',
  'id: 7',
  'event: complete',
  'retry: 1',
  '\n\n',
  '"',
  '\\',
);
const text = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 8 })
  .map((a) => a.join(''));

test('whatever a job says, and however the bytes are cut, a reader gets just that', () => {
  const said = fc.record({ message: text, kind: fc.constantFrom('log' as const, 'progress' as const) });
  const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.array(said, { minLength: 1, maxLength: 3 }), text, cuts, (lines, result, sizes) => {
      const events = lines.map(({ kind, message }, i): TaskEvent => {
        const change: Change = kind === 'log' ? { ...examples.log, message } : { ...examples.progress, message };
        return { ...eventAfter(change), n: i + 1 };
      });
      events.push({ ...eventAfter({ ...completed, result }), n: events.length + 1 });
      const stream = HEARTBEAT + events.map((event) => encodeEvent('t', event, event.n === events.length)).join('');

      const { messages, retries, comments } = read(chunks(new TextEncoder().encode(stream), sizes));

      expect([comments, retries]).toEqual([['heartbeat'], [3_600_000]]);
      expect(messages.map(({ id, event }) => [id, event])).toEqual([
        ...lines.map(({ kind }, i) => [String(i + 1), kind === 'log' ? 'log' : undefined]),
        [undefined, undefined],
        [String(events.length), 'complete'],
      ]);
      const data = messages.map((message) => JSON.parse(message.data));
      for (const [i, { message }] of lines.entries()) expect(data[i].message).toBe(message);
      expect(data.at(-1).result).toBe(result);
    }),
    { numRuns: 4_000 },
  );
}, 30_000);

/** Cuts of these sizes over and over: also in the middle of a character. */
function* chunks(bytes: Uint8Array, sizes: number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    // One long cut in between, or a long stream takes too long.
    const size = (sizes[i % sizes.length] ?? 1) * (i % 4 === 3 ? 40 : 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

test('no string can forge a line of a frame', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(text, (message) => {
      const frame = encodeFrame({ id: '1', event: 'log', data: { message } });
      expect(frame.split(/\r\n|\r|\n/)).toHaveLength(5);
      expect(frame).not.toContain('\0');
    }),
    { numRuns: 8_000 },
  );
});
