/** The page's state from the first moment on, also when there is no server to be had. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { type Client, type Executing, Unavailable } from '../client/index.ts';
import { type CommandsModel, createCommands } from './commands-model.ts';
import { createFileNames, type FileNames } from './file-names-model.ts';
import { words } from './format.ts';
import { createNotices } from './notices-model.ts';
import { createRouter } from './route.ts';
import { launched } from './sources.ts';
import { createStart, type StartModel } from './start-model.ts';
import { createTasks, type TasksModel } from './tasks-model.ts';
import { createTypes, type TypesModel } from './types-model.ts';
import { isWaiting, newVersion } from './updates.ts';
import { createWaiting, type Waiting } from './waiting-model.ts';

export interface Ready {
  kind: 'ready';
  client: Client;
  tasks: TasksModel;
  commands: CommandsModel;
  types: TypesModel;
  names: FileNames;
  waiting: Waiting;
  start: StartModel;
  /** This page's executor. */
  executor: {
    /** What it is called in the logs of the tasks that it runs. */
    id: ReadonlySignal<string | null>;
    break: Executing['break'];
  };
}

export type Stage =
  | { kind: 'starting' }
  | Ready
  | { kind: 'unavailable'; reason: Unavailable['reason'] | 'other'; detail: string };

export type Update = { kind: 'none' } | { kind: 'ready'; apply(): void } | { kind: 'applying' };

export type AppModel = ReturnType<typeof createApp>;

export function createApp(connect: () => Promise<Client>) {
  const stage = signal<Stage>({ kind: 'starting' });
  const update = signal<Update>({ kind: 'none' });
  const online = signal(navigator.onLine);
  const keysShown = signal(false);
  const notices = createNotices();
  const router = createRouter();

  for (const event of ['online', 'offline']) {
    window.addEventListener(event, () => {
      online.value = navigator.onLine;
    });
  }
  window.addEventListener('pagehide', notices.settle);

  function ready(client: Client): Omit<Ready, 'executor'> {
    const types = createTypes(client, notices);
    const tasks = createTasks(client, notices, types.titleOf);
    const commands = createCommands(client, tasks, notices);
    return {
      kind: 'ready',
      client,
      types,
      tasks,
      commands,
      names: createFileNames(client),
      waiting: createWaiting(tasks, notices),
      start: createStart(client, notices, router, tasks.put),
    };
  }

  /** A new version has taken over, by this page's wish or another's. */
  function updated() {
    if (update.peek().kind === 'applying') location.reload();
    else update.value = { kind: 'ready', apply: () => location.reload() };
  }

  function offerUpdate({ takeOver }: Client) {
    update.value = {
      kind: 'ready',
      async apply() {
        update.value = { kind: 'applying' };
        takeOver();
        // Another tab may have let it take over before.
        if (!(await isWaiting())) location.reload();
      },
    };
  }

  return {
    stage,
    update,
    online,
    notices,
    router,
    keysShown,

    /** Connects, shows the tasks and goes on with what ran. Null when that cannot be; the page says why. */
    async open(): Promise<Client | null> {
      const waiting = newVersion();
      try {
        const client = await connect();
        navigator.serviceWorker.addEventListener('controllerchange', updated);
        const app = ready(client);
        effect(() => {
          const route = router.route.value;
          if (route.view === 'tasks') app.tasks.narrow(route.filter);
        });
        app.tasks.open();
        const executorId = signal<string | null>(null);
        const executing = client.startExecutor({
          // A page that was left behind by an update runs nothing any more.
          outdated() {
            update.value = { kind: 'ready', apply: () => location.reload() };
          },
          runs: app.waiting.runsHere,
          started(id) {
            executorId.value = id;
            app.waiting.startedHere(id);
          },
          // What this page shows is gone.
          erased: () => location.reload(),
        });
        waiting.then(() => offerUpdate(client));
        const whole: Ready = { ...app, executor: { id: executorId, break: executing.break } };
        stage.value = whole;
        // Nothing of it is needed for the first sight.
        import('./manners/manners.ts').then(({ openManners }) => openManners(whole, router, notices), notices.failed);
        window.launchQueue?.setConsumer(({ files }) => {
          if (files.length > 0) app.start.dropped(launched(files));
        });
        return client;
      } catch (error) {
        const reason = error instanceof Unavailable ? error.reason : 'other';
        stage.value = { kind: 'unavailable', reason, detail: words(error) };
        return null;
      }
    },
  };
}
