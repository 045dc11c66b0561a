import { useEffect, useMemo } from 'preact/hooks';
import { CallList } from './call-list.tsx';
import { CodedText } from './coded-text.tsx';
import { createConnection } from './connection-model.ts';
import { FrameList } from './frame-list.tsx';
import type { LessonWords } from './lesson-words.ts';
import { createListener } from './listener-model.ts';
import { CodeBlock } from './snippet-box.tsx';
import { wireWords } from './words.ts';

export interface Lesson {
  name: keyof LessonWords['lessons'];
  path: string;
  /** The events that the program has a function for. */
  events: readonly string[];
  /** Whether it can be gone on with after a loss. */
  resumes: boolean;
  code: string;
}

/** A stream to start and to look at: the text of it, and beside it what a program gets. */
export function LessonCard({ lesson, base }: { lesson: Lesson; base: string }) {
  const texts = wireWords().lessons;
  const { title, about, look } = texts.lessons[lesson.name];
  const { connection, listener } = useMemo(() => {
    const url = new URL(lesson.path, base);
    return { connection: createConnection({ url, comesBack: false }), listener: createListener(url, lesson.events) };
  }, []);
  function stop() {
    connection.drop();
    listener.close();
  }
  useEffect(
    () => () => {
      connection.stop();
      listener.close();
    },
    [],
  );
  function start(after: string | null) {
    if (after === null) connection.forget();
    connection.connect(after);
    listener.open(after);
  }
  const { is } = connection.state.value;
  const lastId = connection.lastId.value;
  const runs = is === 'opening' || is === 'open';
  const isFresh = is === 'idle';
  const heading = `lesson-${lesson.name}`;
  return (
    <section class="lesson stack" aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      {about.map((paragraph) => (
        <p key={paragraph}>
          <CodedText text={paragraph} />
        </p>
      ))}
      <CodeBlock text={lesson.code} label={texts.code(title)} />
      <p>
        <CodedText text={look} />
      </p>
      <div class="row">
        {runs ? (
          <button type="button" onClick={stop}>
            {lesson.resumes ? texts.drop : texts.stop}
          </button>
        ) : (
          <button type="button" class="first" onClick={() => start(null)}>
            {isFresh ? texts.start : texts.again}
          </button>
        )}
        {lesson.resumes && is === 'dropped' && lastId !== null && (
          <button type="button" class="first" onClick={() => start(lastId)}>
            {texts.goOn}
          </button>
        )}
        <span role="status" class="soft small">
          {is === 'dropped' && (lesson.resumes ? texts.dropped(lastId) : texts.stopped)}
          {is === 'finished' && texts.over}
          {runs && texts.runs}
        </span>
      </div>
      {!isFresh && (
        <div class="columns">
          <div class="stack">
            <h3>{texts.wire}</h3>
            <FrameList connection={connection} label={texts.wireLabel(title)} />
          </div>
          <div class="stack">
            <h3>{texts.program}</h3>
            <CallList listener={listener} label={texts.programLabel(title)} />
          </div>
        </div>
      )}
    </section>
  );
}
