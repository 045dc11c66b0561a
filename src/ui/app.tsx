import type { AppModel, Stage } from './app-model.ts';
import { DropTarget } from './drop-target.tsx';
import { Header } from './header.tsx';
import { NoticeList } from './notice-list.tsx';
import { Start } from './start.tsx';
import { strings } from './strings.ts';
import { TaskList } from './task-list.tsx';
import { UpdateNotice } from './update-notice.tsx';

export function App({ app }: { app: AppModel }) {
  return (
    <>
      <Header app={app} />
      <UpdateNotice update={app.update} />
      <NoticeList notices={app.notices} />
      <Main stage={app.stage.value} app={app} />
    </>
  );
}

function Main({ stage, app: { notices } }: { stage: Stage; app: AppModel }) {
  switch (stage.kind) {
    case 'starting':
      return <p class="blank">{strings.starting}</p>;
    case 'unavailable':
      return <UnavailablePage reason={stage.reason} detail={stage.detail} />;
    case 'ready':
      return (
        <main class="columns">
          <DropTarget start={stage.start} />
          <Start start={stage.start} types={stage.types} />
          <TaskList app={stage} notices={notices} />
        </main>
      );
  }
}

function UnavailablePage({ reason, detail }: Omit<Extract<Stage, { kind: 'unavailable' }>, 'kind'>) {
  return (
    <main class="blank">
      <h2>{strings.unavailable.title}</h2>
      <p role="alert">{strings.unavailable[reason]}</p>
      <p class="soft">{strings.unavailable.detail(detail)}</p>
      <button type="button" onClick={() => location.reload()}>
        {strings.unavailable.reload}
      </button>
    </main>
  );
}
