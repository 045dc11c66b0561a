import './wire.css';
import { useEffect, useMemo } from 'preact/hooks';
import { isFinished } from '../../client/index.ts';
import type { AppModel, Ready } from '../app-model.ts';
import { FoundTask } from '../found-task.tsx';
import { hrefOf } from '../route.ts';
import type { Row } from '../row.ts';
import { StatusMark } from '../status-mark.tsx';
import { TaskActions } from '../task-actions.tsx';
import { useHeading } from '../use-heading.ts';
import { CallList } from './call-list.tsx';
import { ConnectionBar } from './connection-bar.tsx';
import { createConnection } from './connection-model.ts';
import { FrameList } from './frame-list.tsx';
import { createListener } from './listener-model.ts';
import { createPast } from './past-model.ts';
import { PastView } from './past-view.tsx';
import { SnippetBox } from './snippet-box.tsx';
import { wireWords } from './words.ts';

interface WireProps {
  app: Ready;
  task_id: string;
  all: AppModel;
}

/** What passes between the server in this page and whoever follows a task. */
export function WirePage({ app, task_id, all }: WireProps) {
  return (
    <main tabIndex={-1} class="wire stack">
      <a class="back" href={hrefOf({ view: 'task', task_id })}>
        {wireWords().back}
      </a>
      <FoundTask app={app} task_id={task_id} all={all}>
        {(row) => <Wire row={row} app={app} all={all} />}
      </FoundTask>
    </main>
  );
}

function Wire({ row, app, all }: { row: Row; app: Ready; all: AppModel }) {
  const texts = wireWords();
  const heading = useHeading();
  const { task_id } = row;
  const { connection, past, listener } = useMemo(() => {
    const url = new URL(`tasks/${encodeURIComponent(task_id)}/stream`, app.client.base);
    const past = createPast(app.client, task_id);
    const onFrame = ({ id }: { id: string | null }) => past.reached(Number(id ?? 0));
    return {
      past,
      connection: createConnection({ url, comesBack: true, onFrame }),
      listener: createListener(url, ['log', 'complete', 'gap', 'reset', 'busy']),
    };
  }, [task_id]);
  useEffect(() => {
    connection.connect(null);
    return () => {
      connection.stop();
      listener.close();
    };
  }, [connection]);
  const ended = isFinished(row.task.value.status);
  useEffect(() => {
    // A task that is retried has more to say.
    if (!ended && connection.state.peek().is === 'finished') connection.connect(connection.lastId.peek());
  }, [ended]);
  const title = app.types.titleOf(row.task.value);
  const at = past.follows.value ? null : String(past.place.value);
  return (
    <>
      <header class="stack">
        <h1 tabIndex={-1} ref={heading}>
          {texts.title(title)}
        </h1>
        <StatusMark row={row} />
        <p>{texts.about}</p>
        <p>
          <a href={hrefOf({ view: 'lessons' })}>{texts.learn}</a>
        </p>
        <div class="row">
          <TaskActions
            row={row}
            app={app}
            notices={all.notices}
            title={title}
            done={(command) => command === 'remove' && all.router.go({ view: 'task', task_id })}
          />
        </div>
      </header>
      <div class="columns">
        <section class="stack" aria-labelledby="frames-title">
          <h2 id="frames-title">{texts.frames.title}</h2>
          <ConnectionBar connection={connection} />
          <FrameList connection={connection} label={texts.frames.label} see={(id) => past.go(Number(id))} marked={at} />
        </section>
        <section class="stack" aria-labelledby="past-title">
          <h2 id="past-title">{texts.past.title}</h2>
          <PastView past={past} />
        </section>
        <section class="stack" aria-labelledby="snippets-title">
          <h2 id="snippets-title">{texts.snippets.title}</h2>
          <SnippetBox base={app.client.base} task_id={task_id} after={at} notices={all.notices} />
        </section>
        <section class="stack" aria-labelledby="beside-title">
          <h2 id="beside-title">{texts.beside.title}</h2>
          <p class="soft small">{texts.beside.about}</p>
          <div class="row">
            <button type="button" class="small" onClick={() => listener.open(null)}>
              {texts.beside.open}
            </button>
            <button
              type="button"
              class="small"
              aria-disabled={listener.state.value === 'none'}
              onClick={listener.close}
            >
              {texts.beside.close}
            </button>
          </div>
          {(listener.state.value !== 'none' || listener.calls.value.length > 0) && (
            <CallList listener={listener} label={texts.beside.label} />
          )}
        </section>
      </div>
    </>
  );
}
