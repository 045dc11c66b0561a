import { expect, test } from 'vitest';
import { snippet, snippetKinds } from '../../../src/ui/wire/snippets.ts';

const base = 'https://example.org/app/';
const hostile = `x'"\\\n\u2028\u202e</script>\${1}%00`;

test.each(snippetKinds)(
  'with %s: whatever a task is called, what is copied is a program that asks for that task',
  async (kind) => {
    for (const task_id of ['0197', hostile]) {
      for (const after of [null, '4']) {
        const asked: unknown[] = [];
        const fetched = (url: string, init?: { headers: Record<string, string> }) => {
          asked.push(url, init?.headers['Last-Event-ID'] ?? null);
          return { body: new Blob([]).stream() };
        };
        class Source {
          onmessage: unknown;
          constructor(url: string) {
            const { searchParams } = new URL(url);
            asked.push(url.replace(/\?.*/, ''), searchParams.get('last_event_id'));
          }
          addEventListener() {}
        }
        const holdfast = {
          async *watch(id: string, options?: { after: string }) {
            asked.push(`${base}tasks/${encodeURIComponent(id)}/stream`, options?.after ?? null);
            yield {};
          },
        };
        const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
        const text = snippet(kind, { base, task_id, after });
        await new AsyncFunction('fetch', 'EventSource', 'holdfast', 'console', text)(fetched, Source, holdfast, {
          log() {},
        });
        expect(asked).toEqual([`${base}tasks/${encodeURIComponent(task_id)}/stream`, after]);
        expect(text).toMatch(/^[ -~\n]*$/);
      }
    }
  },
);
