/** The page's state from the first moment on, also when there is no server to be had. */
import { signal } from '@preact/signals';
import { type Client, Unavailable } from '../client/index.ts';
import { words } from './format.ts';
import { createNotices } from './notices-model.ts';
import { createStart, type StartModel } from './start-model.ts';
import { createTasks, type TasksModel } from './tasks-model.ts';
import { createTypes, type TypesModel } from './types-model.ts';
import { newVersion } from './updates.ts';

export interface Ready {
  kind: 'ready';
  client: Client;
  tasks: TasksModel;
  types: TypesModel;
  start: StartModel;
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
  const notices = createNotices();

  for (const event of ['online', 'offline']) {
    window.addEventListener(event, () => {
      online.value = navigator.onLine;
    });
  }

  function ready(client: Client): Ready {
    const types = createTypes(client, notices);
    const tasks = createTasks(client, notices, types.titleOf);
    return { kind: 'ready', client, types, tasks, start: createStart(client, notices, tasks.put) };
  }

  function offerUpdate({ takeOver }: Client) {
    update.value = {
      kind: 'ready',
      apply() {
        update.value = { kind: 'applying' };
        navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
        takeOver();
      },
    };
  }

  return {
    stage,
    update,
    online,
    notices,

    /** Connects, shows the tasks and goes on with what ran. Null when that cannot be; the page says why. */
    async open(): Promise<Client | null> {
      const updated = newVersion();
      try {
        const client = await connect();
        const app = ready(client);
        app.tasks.open();
        // A page that was left behind by an update runs nothing any more.
        client.startExecutor(() => {
          update.value = { kind: 'ready', apply: () => location.reload() };
        });
        updated.then(() => offerUpdate(client));
        stage.value = app;
        return client;
      } catch (error) {
        const reason = error instanceof Unavailable ? error.reason : 'other';
        stage.value = { kind: 'unavailable', reason, detail: words(error) };
        return null;
      }
    },
  };
}
