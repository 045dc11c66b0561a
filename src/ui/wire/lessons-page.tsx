import './wire.css';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AppModel, Ready } from '../app-model.ts';
import { words } from '../format.ts';
import { strings } from '../strings.ts';
import { useHeading } from '../use-heading.ts';
import { CodedText } from './coded-text.tsx';
import { Comparison } from './comparison.tsx';
import { type Lesson, LessonCard } from './lesson-card.tsx';
import { wireWords } from './words.ts';

const lessons: readonly Lesson[] = [
  {
    name: 'messages',
    path: 'stream',
    events: [],
    resumes: false,
    code: `const events = new EventSource('stream');
events.onmessage = (event) => console.log(event.data);
`,
  },
  {
    name: 'names',
    path: 'stream-events',
    events: ['progress', 'complete'],
    resumes: false,
    code: `const events = new EventSource('stream-events');
events.onmessage = (event) => console.log('without a name', event.data);
events.addEventListener('progress', (event) => console.log(event.data));
events.addEventListener('complete', () => events.close());
`,
  },
  {
    name: 'ids',
    path: 'stream-with-id',
    events: [],
    resumes: true,
    code: `const events = new EventSource('stream-with-id');
events.onmessage = (event) => console.log(event.lastEventId, event.data);
`,
  },
];

/** What Server-Sent Events are, for who has never seen any. */
export function LessonsPage({ app, all }: { app: Ready; all: AppModel }) {
  const texts = wireWords().lessons;
  const heading = useHeading();
  const starting = useSignal(false);
  useEffect(() => scrollTo(0, 0), []);

  async function go() {
    starting.value = true;
    try {
      const { task_id } = await app.client.submit({ type: 'countdown', input: { steps: 10, step_ms: 1_000 } });
      all.router.go({ view: 'wire', task_id });
    } catch (error) {
      starting.value = false;
      all.notices.show(strings.notices.notStarted(words(error)));
    }
  }

  return (
    <main tabIndex={-1} class="lessons stack">
      <header class="stack">
        <h1 tabIndex={-1} ref={heading}>
          {texts.title}
        </h1>
        {texts.about.map((paragraph) => (
          <p key={paragraph}>
            <CodedText text={paragraph} />
          </p>
        ))}
      </header>
      {lessons.map((lesson) => (
        <LessonCard key={lesson.name} lesson={lesson} base={app.client.base} />
      ))}
      <section class="lesson stack" aria-labelledby="next">
        <h2 id="next">{texts.next.title}</h2>
        <p>{texts.next.about}</p>
        <button type="button" class="first" aria-disabled={starting.value} onClick={() => starting.peek() || go()}>
          {starting.value ? texts.next.starting : texts.next.go}
        </button>
      </section>
      <Comparison />
    </main>
  );
}
