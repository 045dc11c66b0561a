import { useEffect } from 'preact/hooks';
import { actOn } from './act.ts';
import type { AppModel, Ready, Stage } from './app-model.ts';
import { DropTarget } from './drop-target.tsx';
import { Header } from './header.tsx';
import { listenToKeys } from './keys.ts';
import { KeysDialog } from './keys-dialog.tsx';
import { lazyView } from './lazy-view.tsx';
import { NoticeList } from './notice-list.tsx';
import { language } from './preferences.ts';
import { StartPage } from './start-page.tsx';
import { strings } from './strings.ts';
import { UpdateNotice } from './update-notice.tsx';

const JobPage = lazyView(async () => (await import('./job-page.tsx')).JobPage);
const TasksPage = lazyView(async () => (await import('./tasks-page.tsx')).TasksPage);
const TaskPage = lazyView(async () => (await import('./task/page.tsx')).TaskPage);
const WirePage = lazyView(async () => (await import('./wire/wire-page.tsx')).WirePage);
const LessonsPage = lazyView(async () => (await import('./wire/lessons-page.tsx')).LessonsPage);
const SystemPage = lazyView(async () => (await import('./system/system-page.tsx')).SystemPage);
const BreakPage = lazyView(async () => (await import('./breaking/break-page.tsx')).BreakPage);
const SearchPage = lazyView(async () => (await import('./search-page.tsx')).SearchPage);

/** Every word on the page is another in another language: all of it is drawn anew. */
export function App({ app }: { app: AppModel }) {
  return <Page key={language.value} app={app} />;
}

function Page({ app }: { app: AppModel }) {
  useEffect(() => listenToKeys((shortcut) => actOn(shortcut, app)), [app]);
  return (
    <>
      <Header app={app} />
      <UpdateNotice update={app.update} />
      <Main stage={app.stage.value} app={app} />
      <NoticeList notices={app.notices} />
      <KeysDialog shown={app.keysShown} />
    </>
  );
}

function Main({ stage, app }: { stage: Stage; app: AppModel }) {
  switch (stage.kind) {
    case 'starting':
      return (
        <main tabIndex={-1} class="blank">
          <p role="status">{strings.starting}</p>
        </main>
      );
    case 'unavailable':
      return <UnavailablePage reason={stage.reason} detail={stage.detail} />;
    case 'ready':
      return (
        <>
          <DropTarget start={stage.start} />
          <View ready={stage} app={app} />
        </>
      );
  }
}

function View({ ready, app }: { ready: Ready; app: AppModel }) {
  const route = app.router.route.value;
  switch (route.view) {
    case 'start':
      return route.type === null ? (
        <StartPage app={ready} shared={route.shared} />
      ) : (
        <JobPage
          key={`${route.type} ${route.again}`}
          app={ready}
          type={route.type}
          again={route.again ?? null}
          notices={app.notices}
        />
      );
    case 'tasks':
      return <TasksPage app={ready} filter={route.filter} router={app.router} />;
    case 'system':
      return <SystemPage app={ready} all={app} />;
    case 'break':
      return <BreakPage app={ready} all={app} />;
    case 'search':
      return <SearchPage ready={ready} q={route.q} app={app} />;
    case 'task':
      return <TaskPage key={route.task_id} app={ready} task_id={route.task_id} all={app} />;
    case 'wire':
      return <WirePage key={route.task_id} app={ready} task_id={route.task_id} all={app} />;
    case 'lessons':
      return <LessonsPage app={ready} all={app} />;
  }
}

function UnavailablePage({ reason, detail }: Omit<Extract<Stage, { kind: 'unavailable' }>, 'kind'>) {
  return (
    <main tabIndex={-1} class="blank">
      <h1>{strings.unavailable.title}</h1>
      <p role="alert">{strings.unavailable[reason]}</p>
      <p class="soft">{strings.unavailable.detail(detail)}</p>
      <button type="button" class="first" onClick={() => location.reload()}>
        {strings.unavailable.reload}
      </button>
    </main>
  );
}
