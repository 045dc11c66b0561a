/** The checker of test/chaos lets an honest history pass, and notices whatever is done to it. */
import { expect, test } from 'vitest';
import { check, type History, type Recorded } from '../../chaos/check.mjs';
import { type Event, step } from '../../chaos/fold.mjs';
import { COUNTED, DROPPED, EPOCH, HASHED, honest } from './honest.ts';

test('a round in which all went well passes', () => {
  expect(check(honest())).toEqual([]);
});

const records = ({ clients }: History): Recorded[] => clients[0]?.records ?? [];
const streamOf = (history: History, task_id: string, last: string | null): Recorded[] => {
  const request = records(history).find(
    ({ kind, path, headers }) =>
      kind === 'request' && path === `/tasks/${task_id}/stream` && (headers['last-event-id'] ?? null) === last,
  );
  return records(history).filter(({ id }) => id === request?.id);
};
const chunks = (history: History, task_id: string, last: string | null) =>
  streamOf(history, task_id, last).filter(({ kind }) => kind === 'chunk');
const remove = (history: History, gone: (record: Recorded) => boolean) => {
  for (const client of history.clients) client.records = client.records.filter((record) => !gone(record));
};
const seenBy = (history: History, task_id: string) =>
  records(history).filter(({ kind, watcher }) => kind === 'event' && watcher === `${task_id} `);
const segmentOf = ({ store }: History, task_id: string) =>
  store.stores.log?.find(({ value }) => value.task_id === task_id)?.value;
const rowOf = ({ store }: History, task_id: string) =>
  store.stores.tasks?.find(({ key }) => key === task_id)?.value.task;
const knownOf = ({ tasks }: History, task_id: string) => {
  const known = tasks.find((each) => each.task_id === task_id);
  if (!known) throw new Error(`no ${task_id}`);
  return known;
};
/** Rewrites a task's log, so that snapshot and fold still agree. */
function relog(history: History, task_id: string, edit: (events: Event[]) => Event[]) {
  const segment = segmentOf(history, task_id);
  segment.events = edit(segment.events);
  for (const [i, event] of segment.events.entries()) event.n = i + 1;
  segment.last = segment.events.length;
  let task = null;
  for (const event of segment.events) {
    task = step(task, event);
    const { status, progress, message, done, total, unit, attempt } = task;
    if (event.kind !== 'log') event.state = { status, progress, message, done, total, unit, attempt };
  }
  Object.assign(rowOf(history, task_id), task);
}

const doctored: [string, (history: History) => void, RegExp][] = [
  [
    'an event that is missing in a stream',
    (h) => remove(h, (record) => record === chunks(h, HASHED, '2')[1]),
    /the stream of hashed after 2: 4 follows 2/,
  ],
  [
    'an event that comes twice in a stream',
    (h) =>
      records(h).splice(records(h).indexOf(chunks(h, HASHED, '2')[1] ?? { kind: '' }), 0, {
        ...chunks(h, HASHED, '2')[1],
        kind: 'chunk',
      }),
    /3 follows 3/,
  ],
  [
    'a stream that begins too late',
    (h) => Object.assign(streamOf(h, HASHED, '2')[0]?.headers, { 'last-event-id': '1' }),
    /the stream of hashed after 1: 3 follows 1/,
  ],
  [
    'a frame that says something else',
    (h) => edit(chunks(h, HASHED, '2')[1], (text) => text.replace('"attempt":1', '"attempt":2')),
    /event 3 says .*"attempt":2/,
  ],
  [
    'a frame of another kind',
    (h) => edit(chunks(h, COUNTED, '2')[2], (text) => text.replace('event: log\n', '')),
    /comes as message/,
  ],
  [
    'complete twice',
    (h) => edit(chunks(h, HASHED, '2').at(-1), (text) => text + text.slice(text.indexOf('id: '))),
    /something follows complete/,
  ],
  [
    'complete that is not last',
    (h) => edit(chunks(h, COUNTED, '2').at(-1), (text) => `${text}id: 6\ndata: {}\n\n`),
    /something follows complete/,
  ],
  [
    'complete before the end',
    (h) => edit(chunks(h, HASHED, '2')[1], (text) => `data: {}\n\n${text.replace('id: 3', 'id: 3\nevent: complete')}`),
    /complete (says|is no end)/,
  ],
  [
    'an end without complete',
    (h) =>
      edit(chunks(h, DROPPED, '2').at(-1), (text) =>
        text.replace(/^retry.*\ndata/, 'id: 5\ndata').replace(/\n\nid: 5\nevent[\s\S]*$/, '\n\n'),
      ),
    /ended without complete/,
  ],
  [
    'a reset that nothing asked for',
    (h) => edit(chunks(h, HASHED, '2')[1], (text) => `event: reset\ndata: {}\n\n${text}`),
    /has a reset/,
  ],
  [
    'an event of no log',
    (h) => edit(chunks(h, DROPPED, '2').at(-1), (text) => `${text.slice(0, 0)}id: 5\ndata: {}\n\nid: 6\ndata: {}\n\n`),
    /event 6 is not in the log/,
  ],
  [
    'a number twice in the stream of all tasks',
    (h) => edit(feed(h)[2], (text) => text + text),
    /the stream of all tasks after .*: 3 follows 3/,
  ],
  ['a number left out of the stream of all tasks', (h) => edit(feed(h)[4], () => ''), /6 follows 4/],
  [
    'a stream of all tasks that shows nothing',
    (h) => remove(h, (r) => feed(h).includes(r)),
    /client 1: saw all tasks up to number 6, the newest is 24/,
  ],
  [
    'a stream of all tasks that stops early',
    (h) => remove(h, (r) => r === feed(h).at(-1)),
    /client 1: saw all tasks up to number 23, the newest is 24/,
  ],
  [
    'a stream of all tasks that goes on too late',
    (h) => {
      remove(h, (r) => r === feed(h)[7]);
      Object.assign(feedRequests(h)[1]?.headers, { 'last-event-id': `${EPOCH}-7` });
    },
    /the stream of all tasks is asked for after .*-7, it was at .*-6/,
  ],
  [
    'a stream of all tasks that begins anew after it broke',
    (h) => Object.assign(feedRequests(h)[1] ?? {}, { headers: {} }),
    /the stream of all tasks is asked for after null, it was at .*-6/,
  ],
  [
    'a stream of all tasks that begins where no list ended',
    (h) => {
      const early = feed(h).slice(0, 3);
      remove(h, (r) => early.includes(r));
      Object.assign(feedRequests(h)[0]?.headers, { 'last-event-id': `${EPOCH}-3` });
    },
    /the stream of all tasks is asked for after .*-3, where no list ended/,
  ],
  [
    'an end without complete in the stream of all tasks',
    (h) =>
      edit(feed(h).at(-1), (text) =>
        text.replace(/^retry.*\n/, `id: ${EPOCH}-24\n`).replace(/\n\nid: [\s\S]*$/, '\n\n'),
      ),
    /the end of revived, number 24, comes without complete/,
  ],
  [
    'a page that loaded itself again and followed nothing',
    (h) => void records(h).push({ kind: 'life', at: 0, version: 1 }),
    /client 1: never followed all tasks/,
  ],
  [
    'a watcher that missed an event',
    (h) => remove(h, (r) => r === seenBy(h, HASHED)[3]),
    /the watch of hashed after 0: 5 follows 3/,
  ],
  [
    'a watcher that saw one twice',
    (h) =>
      records(h).splice(records(h).indexOf(seenBy(h, HASHED)[3] ?? { kind: '' }), 0, {
        ...seenBy(h, HASHED)[3],
        kind: 'event',
      }),
    /4 follows 4/,
  ],
  [
    'a watcher that saw the end twice',
    (h) =>
      records(h).splice(records(h).indexOf(seenBy(h, HASHED).at(-1) ?? { kind: '' }), 0, {
        ...seenBy(h, HASHED).at(-1),
        kind: 'event',
      }),
    /complete 8 follows complete/,
  ],
  [
    'a watcher that never saw the end',
    (h) => remove(h, (r) => r === seenBy(h, DROPPED).at(-1)),
    /was over without complete/,
  ],
  ['an uncaught error', (h) => records(h).push({ kind: 'error', message: 'boom' }), /uncaught: boom/],
  ['an answer that is not in the contract', (h) => answer(h, 500, '{}'), /was answered 500/],
  [
    'an answer with a task that never was so',
    (h) => answer(h, 200, JSON.stringify({ ...rowOf(h, HASHED), losses: undefined, done: 7 })),
    /never was so: .*done 7/,
  ],
  [
    'an answer from the future',
    (h) => answer(h, 200, JSON.stringify({ task_id: HASHED, last_event_id: '99' })),
    /event 99 of hashed, which is not there/,
  ],
  ['an answer that is no JSON', (h) => answer(h, 200, '<html>'), /no JSON/],
  ['a hole in a log', (h) => segmentOf(h, HASHED).events.splice(3, 1), /event 5 follows 3/],
  [
    'a doubled event in a log',
    (h) => segmentOf(h, HASHED).events.splice(3, 0, segmentOf(h, HASHED).events[3]),
    /event 4 follows 4/,
  ],
  [
    'a hole in the overall numbers',
    (h) => {
      segmentOf(h, DROPPED).seq += 1;
    },
    /overall number 15 stands where 14 should/,
  ],
  [
    'a newest number that is not the newest',
    (h) => void h.store.stores.meta?.splice(0, 1, { key: 'seq', value: 3 }),
    /the newest number is said to be 3/,
  ],
  [
    'a snapshot that is not the fold',
    (h) => {
      rowOf(h, HASHED).done = 8;
    },
    /hashed: the snapshot is not the fold: done 8 instead of 9/,
  ],
  [
    'a state that is not the fold',
    (h) => {
      segmentOf(h, HASHED).events[3].state.done = 5;
    },
    /event 4 says .*"done":5/,
  ],
  [
    'an event that cannot follow',
    (h) => {
      segmentOf(h, COUNTED).events[3].kind = 'resumed';
    },
    /resumed follows running/,
  ],
  ['a log without a task', (h) => void h.store.stores.tasks?.pop(), /has a log and no row/],
  ['a task that nobody asked for', (h) => void h.tasks.pop(), /revived: nobody asked for it/],
  [
    'a task that is gone',
    (h) => void h.tasks.push({ ...knownOf(h, HASHED), task_id: 'lost' }),
    /lost: was accepted, and is not there/,
  ],
  ['one task for two keys', (h) => void h.tasks.push({ ...knownOf(h, HASHED), key: 'other' }), /two keys/],
  [
    'another result',
    (h) => {
      knownOf(h, COUNTED).expected.result = { steps: 3 };
    },
    /its result is \{"steps":2\} instead of \{"steps":3\}/,
  ],
  [
    'another end',
    (h) => {
      knownOf(h, COUNTED).expected.status = 'failed';
    },
    /completed .* instead of failed/,
  ],
  [
    'a wrong digest in the output',
    (h) => {
      answerOf(h, HASHED).files.SHA256SUMS = { status: 200, text: '00  a.bin\n' };
    },
    /SHA256SUMS is not what an undisturbed run writes/,
  ],
  [
    'an output that cannot be had',
    (h) => {
      answerOf(h, HASHED).files = {};
    },
    /SHA256SUMS is not what/,
  ],
  [
    'a result that is answered otherwise',
    (h) => {
      answerOf(h, COUNTED).result = {};
    },
    /its result is answered as \{\}/,
  ],
  [
    'a task that is shown otherwise',
    (h) => {
      answerOf(h, COUNTED).task.progress = 99;
    },
    /is shown as it is not: progress 99/,
  ],
  [
    'a JSON log with a hole',
    (h) => void answerOf(h, HASHED).log.events.splice(2, 1),
    /its log as JSON has the numbers/,
  ],
  [
    'a cancel that was answered and undone',
    (h) => {
      knownOf(h, COUNTED).canceled = true;
    },
    /its cancel was answered, and it is completed/,
  ],
  [
    'a cancel that nobody asked for',
    (h) => {
      knownOf(h, DROPPED).canceled = false;
    },
    /nobody canceled it, and it is canceled/,
  ],
  [
    'a completion after a cancel was recorded',
    (h) => {
      segmentOf(h, DROPPED).events[4].kind = 'completed';
    },
    /completed after a cancel was recorded/,
  ],
  [
    'an output of a canceled task',
    (h) => {
      h.store.folder[DROPPED] = [];
    },
    /is canceled and left its folder/,
  ],
  [
    'an output in IndexedDB',
    (h) => void h.store.stores.files?.push({ key: [`task:${DROPPED}`, 'x', 0], value: {} }),
    /is canceled and left its output/,
  ],
  [
    'a checkpoint of a canceled task',
    (h) => void h.store.stores.checkpoints?.push({ key: DROPPED, value: {} }),
    /is canceled and left its checkpoint/,
  ],
  [
    'a checkpoint of no task',
    (h) => void h.store.stores.checkpoints?.push({ key: 'gone', value: {} }),
    /a checkpoint of no task: gone/,
  ],
  [
    'a claim of a task that has ended',
    (h) => void h.store.stores.lookups?.push({ key: ['claim', 'countdown', 0, 0, DROPPED], value: null }),
    /a key of no task: claim /,
  ],
  [
    'a task that no key leads to',
    (h) => void h.store.stores.lookups?.pop(),
    /a task that is not found by its key: status /,
  ],
  [
    'a folder of no task',
    (h) => {
      h.store.folder.gone = [];
    },
    /a folder of no task: gone/,
  ],
  [
    'an output of no task',
    (h) => void h.store.stores.files?.push({ key: ['task:gone', 'x', 0], value: {} }),
    /an output of no task: task:gone/,
  ],
  ['a lease that is still held', (h) => void h.locks.push('holdfast:/:task:hashed:2'), /is still held/],
  [
    'a task that is stuck',
    (h) => relog(h, COUNTED, (events) => events.slice(0, 4)),
    /counted: is stuck: running after event 4/,
  ],
  [
    'more running than may',
    (h) => {
      h.running_limit = 0;
    },
    /1 run at once at number 2, 0 may/,
  ],
  [
    'an attempt that begins before its checkpoint',
    (h) => relog(h, HASHED, (events) => events.with(5, { ...(events[5] as Event), done: 0 })),
    /attempt 2 goes on at 0, its checkpoint is at 3/,
  ],
  [
    'too much work done again',
    (h) => relog(h, HASHED, (events) => events.with(3, { ...(events[3] as Event), at: '2026-01-01T00:00:09.000Z' })),
    /does 6000 ms of work again/,
  ],
  [
    'too many steps done again',
    (h) =>
      relog(h, COUNTED, (events) => [
        ...events.slice(0, 2),
        { ...(events[2] as Event), done: 20, total: 40 },
        { kind: 'lost', message: '', n: 0, at: events[2]?.at ?? '' },
        { ...(events[1] as Event), attempt: 2 },
        ...events.slice(3),
      ]),
    /attempt 2 does 20 steps again, 11 may be/,
  ],
  [
    'a loss that nothing explains',
    (h) => Object.assign(h, { deaths: [] }),
    /hashed: was lost 1 times by .*, in 0 deaths/,
  ],
  [
    'a loss before anything happened',
    (h) => Object.assign(h, { deaths: [{ at: Date.UTC(2026, 0, 1) + 6_000, losses: 1 }] }),
    /hashed: was lost 1 times by 2026-01-01T00:00:05.000Z, in 0 deaths/,
  ],
  [
    'a crash that one death does not explain',
    (h) => {
      const error = { type: 'urn:holdfast:crashed', detail: '' };
      segmentOf(h, COUNTED).events[4] = { ...segmentOf(h, COUNTED).events[4], kind: 'failed', error };
      Object.assign(h, { deaths: [] });
    },
    /counted: was lost 1 times by .*, in 0 deaths/,
  ],
  [
    'an end that comes twice in the stream of all tasks',
    (h) => edit(feed(h).at(-1), (text) => text + text.slice(text.indexOf('\n\n') + 2).replace(/^[\s\S]*?(?=id: )/, '')),
    /the stream of all tasks after .*: complete has the id/,
  ],
  [
    'a client that recorded nothing',
    (h) => remove(h, () => true),
    /client 1: never followed all tasks[\s\S]*client 1: never saw the end of hashed/,
  ],
  [
    'a client that followed no task to its end',
    (h) => remove(h, ({ kind }) => kind === 'watched'),
    /client 1: never saw the end of counted/,
  ],
  [
    'a client that saw an earlier end',
    (h) => remove(h, (r) => seenBy(h, DROPPED).slice(-2).includes(r)),
    /client 1: never saw the end of dropped/,
  ],
  [
    'a cancel that is refused although nothing had ended',
    (h) => {
      const path = `/tasks/${DROPPED}/cancel`;
      records(h).push({ kind: 'request', id: 97, method: 'POST', path, headers: {}, body: null });
      records(h).push({ kind: 'answer', id: 97, at: 0, status: 409, type: 'application/problem+json', text: '{}' });
    },
    /POST \/tasks\/dropped\/cancel was answered 409, though it had not ended/,
  ],
  [
    'a cancel that is refused before the task has ended',
    (h) => {
      const path = `/tasks/${HASHED}/cancel`;
      const at = Date.UTC(2026, 0, 1);
      records(h).push({ kind: 'request', id: 97, method: 'POST', path, headers: {}, body: null });
      records(h).push({ kind: 'answer', id: 97, at, status: 409, type: 'application/problem+json', text: '{}' });
    },
    /POST \/tasks\/hashed\/cancel was answered 409, though it had not ended/,
  ],
  [
    'a request that went to the site and was not asked again',
    (h) => {
      records(h).push({ kind: 'request', id: 98, method: 'GET', path: '/tasks/x', headers: {}, body: null, at: 0 });
      records(h).push({ kind: 'answer', id: 98, status: 404, type: 'text/plain; charset=utf-8', at: 1 });
      records(h).push({ kind: 'life', at: 10_000 });
    },
    /GET \/tasks\/x went past the service worker, and was not asked again for 10000 ms/,
  ],
  ['a round at whose end nobody was there', (h) => Object.assign(h, { survivors: [] }), /nobody was there/],
];

test.each(doctored)('%s is noticed', (_, doctor, complaint) => {
  const history = honest();
  doctor(history);
  expect(check(history).join('\n')).toMatch(complaint);
});

function edit(record: Recorded | undefined, change: (text: string) => string) {
  if (!record) throw new Error('no such record');
  record.text = change(record.text);
}

function feed(history: History): Recorded[] {
  const ids = feedRequests(history).map(({ id }) => id);
  return records(history).filter(({ id, kind }) => ids.includes(id) && kind === 'chunk');
}

function feedRequests(history: History): Recorded[] {
  return records(history).filter(({ path }) => path === '/tasks/stream');
}

function answer(history: History, status: number, text: string) {
  records(history).push({ kind: 'request', id: 99, method: 'GET', path: '/tasks/hashed', headers: {}, body: null });
  records(history).push({ kind: 'answer', id: 99, status, type: 'application/problem+json', text });
}

function answerOf({ answers }: History, task_id: string) {
  const found = answers[task_id];
  if (!found) throw new Error(`no answer of ${task_id}`);
  return found;
}
