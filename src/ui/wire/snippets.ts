/** A few lines that read a task's stream, to be copied: they run as they are in the console of this page. */

export const snippetKinds = ['fetch', 'watch', 'EventSource'] as const;
export type SnippetKind = (typeof snippetKinds)[number];

interface Place {
  base: string;
  task_id: string;
  /** The event after which to begin; null: at the beginning. */
  after: string | null;
}

/** A string as a program writes it. What would end the string, or show as something else than it is, is escaped. */
const quoted = (text: string): string =>
  `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", "\\'")
    .replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;

export function snippet(kind: SnippetKind, { base, task_id, after }: Place): string {
  const url = new URL(`tasks/${encodeURIComponent(task_id)}/stream`, base);
  switch (kind) {
    case 'fetch':
      return `const response = await fetch(${quoted(url.href)}${
        after === null ? '' : `, {\n  headers: { 'Last-Event-ID': ${quoted(after)} },\n}`
      });
const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
for (;;) {
  const { done, value } = await reader.read();
  if (done) break;
  console.log(value);
}
`;
    case 'watch':
      return `for await (const { id, event, data } of holdfast.watch(${quoted(task_id)}${
        after === null ? '' : `, { after: ${quoted(after)} }`
      })) {
  console.log(id, event, data);
}
`;
    case 'EventSource': {
      if (after !== null) url.searchParams.set('last_event_id', after);
      return `const events = new EventSource(${quoted(url.href)});
events.onmessage = ({ lastEventId, data }) => console.log(lastEventId, 'message', data);
events.addEventListener('log', ({ lastEventId, data }) => console.log(lastEventId, 'log', data));
events.addEventListener('complete', ({ lastEventId, data }) => {
  console.log(lastEventId, 'complete', data);
  events.close();
});
`;
    }
  }
}
