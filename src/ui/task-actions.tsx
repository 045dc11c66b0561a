import { canChange, isFinished, type Status } from '../client/index.ts';
import { allowAgain } from './access.ts';
import type { Ready } from './app-model.ts';
import type { Notices } from './notices-model.ts';
import type { Command, Row } from './row.ts';
import { strings } from './strings.ts';

const can: Record<Command, (status: Status) => boolean> = {
  pause: (status) => canChange(status, 'paused'),
  resume: (status) => canChange(status, 'resumed'),
  cancel: (status) => canChange(status, 'canceled'),
  retry: (status) => canChange(status, 'retried'),
  remove: isFinished,
};
const order: readonly Command[] = ['resume', 'retry', 'pause', 'cancel', 'remove'];

interface ActionProps {
  row: Row;
  app: Ready;
  notices: Notices;
  title: string;
  /** Called when a command was carried out and the button that had the focus is gone. */
  done(command: Command): void;
}

export function TaskActions({ row, app: { client, tasks }, notices, title, done }: ActionProps) {
  const { status, paused } = row.task.value;
  const busy = row.command.value;

  async function carryOut(command: Command) {
    await tasks.carryOut(row, command);
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) done(command);
    });
  }

  async function allow() {
    if (await allowAgain(client, row.task.peek(), notices)) await carryOut('resume');
  }

  return (
    <fieldset class="row actions" aria-label={strings.task.actions(title)}>
      {paused?.reason === 'file-missing' && (
        <button type="button" class="first" onClick={allow}>
          {strings.paused.allow}
        </button>
      )}
      {order
        .filter((command) => can[command](status))
        .map((command) => (
          <button key={command} type="button" aria-disabled={busy !== null} onClick={() => carryOut(command)}>
            {busy === command ? strings.commands[command].busy : strings.commands[command].name}
          </button>
        ))}
    </fieldset>
  );
}
