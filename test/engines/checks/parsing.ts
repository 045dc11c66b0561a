import { parse } from '../../../src/client/watch.ts';
import { ask } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';
import { openSource } from '../source.ts';
import { type Case, cases, encode, names, type Seen } from '../wire/cases.ts';

const isFirefox = navigator.userAgent.includes('Firefox/');

for (const [index, each] of cases.entries()) {
  test(each.name, async (check) => {
    const source = openSource(check, `wire/case/${index}`, names);
    await source.ended;
    const right = [each.events, ...(each.firefox && isFirefox ? [each.firefox] : [])];
    expect(right, `right is ${JSON.stringify(source.events)}; what`).toContain(source.events);
    expect(await read(bodyOf(each)), 'what our reader saw').toEqual((each.known ?? each).events);
    const { body } = await ask(`wire/case/${index}`);
    expect(body && (await read(body)), 'what our reader saw by way of fetch').toEqual((each.known ?? each).events);
  });
}

test('a reader hears of each retry that is made of digits, and of no other', async () => {
  const text = 'retry: 100\nretry: 1x\nretry: -5\nretry:\nretry: 0250\n\nretry:7\n';
  const heard: number[] = [];
  for await (const _ of parse(bodyOf({ chunks: [text] }), undefined, (ms) => heard.push(ms)));
  expect(heard).toEqual([100, 250, 7]);
});

/** The chunks as they are: what comes through fetch may be joined on its way. */
function bodyOf({ chunks }: Pick<Case, 'chunks'>): ReadableStream<Uint8Array> {
  const rest = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const chunk = rest.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(encode(chunk));
    },
  });
}

async function read(body: ReadableStream<Uint8Array>): Promise<Seen[]> {
  const events: Seen[] = [];
  let last = '';
  for await (const { id, event, data } of parse(body, undefined, () => {})) {
    last = id ?? last;
    events.push({ type: event ?? 'message', data, id: last });
  }
  return events;
}
