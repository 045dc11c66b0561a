import { ask, idsIn, openStream } from '../app.ts';
import { expect } from '../expect.ts';
import { aside, test } from '../harness.ts';
import { longerThanItWaits, openSource } from '../source.ts';

const { CONNECTING } = EventSource;

aside('stream: ten messages, count from 0, and then it does not come back', async (check) => {
  const source = openSource(check, 'stream');
  expect(await source.ended).toBe(CONNECTING);
  const messages = source.events.map(({ data }) => JSON.parse(data));
  expect(messages.map(({ count }) => count)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(
    messages.every(({ timestamp }) => !Number.isNaN(Date.parse(timestamp))),
    'whether each has its time',
  ).toBe(true);
  await longerThanItWaits();
  expect(source.opened()).toBe(1);
});

aside('stream-events: progress, and a second later complete', async (check) => {
  const stream = await openStream(check, 'stream-events');
  expect(await stream.rest()).toBe(
    'event: progress\ndata: {"value":50}\n\nretry: 3600000\nevent: complete\ndata: {"status":"done"}\n\n',
  );
});

aside('stream-with-id: ids from 0 on, a second apart', async (check) => {
  const stream = await openStream(check, 'stream-with-id');
  await stream.until('id: 2\n');
  expect(stream.text()).toMatch(/^id: 0\ndata: \{"count":0\}\n\nid: 1\ndata: \{"count":1\}\n\nid: 2\n/);
});

aside('stream-with-id goes on after the last id, and ends with 99', async (check) => {
  const stream = await openStream(check, 'stream-with-id', { 'Last-Event-ID': '96' });
  expect(idsIn(await stream.rest())).toEqual(['97', '98', '99']);
});

test('stream-with-id is over after 99, and refuses what is no id', async () => {
  expect((await ask('stream-with-id?last_event_id=99')).status).toBe(204);
  expect((await ask('stream-with-id', { headers: { 'Last-Event-ID': 'x' } })).status).toBe(400);
});
