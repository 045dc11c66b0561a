import { allowAgain } from './access.ts';
import type { Ready } from './app-model.ts';
import { can } from './commands-model.ts';
import type { Notices } from './notices-model.ts';
import type { Command, Row } from './row.ts';
import { strings } from './strings.ts';

const order: readonly Command[] = ['resume', 'retry', 'pause', 'cancel', 'remove'];

interface ButtonProps {
  row: Row;
  app: Ready;
  commands: readonly Command[];
  title: string;
  /** Called when the task was removed, or the button that had the focus went with another command. */
  done?(command: Command): void;
}

/** The buttons for the commands that the task's status allows. */
export function TaskButtons({ row, app, commands, title, done }: ButtonProps) {
  const { status } = row.task.value;
  const busy = row.command.value;

  async function carryOut(command: Command) {
    await app.commands.carryOut(row, command);
    if (command === 'remove') return done?.(command);
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) done?.(command);
    });
  }

  return (
    <fieldset class="row actions" aria-label={strings.task.actions(title)}>
      {commands
        .filter((command) => can[command](status))
        .map((command) => (
          <button
            key={command}
            type="button"
            class="small"
            aria-disabled={busy !== null}
            onClick={() => carryOut(command)}
          >
            {busy === command ? strings.commands[command].busy : strings.commands[command].name}
          </button>
        ))}
    </fieldset>
  );
}

interface ActionProps {
  row: Row;
  app: Ready;
  notices: Notices;
  title: string;
  done(command: Command): void;
}

/** All that can be done with a task now. */
export function TaskActions({ row, app, notices, title, done }: ActionProps) {
  async function allow() {
    if (await allowAgain(app.client, row.task.peek(), notices)) await app.commands.carryOut(row, 'resume');
  }
  return (
    <>
      {row.task.value.paused?.reason === 'file-missing' && (
        <button type="button" class="first small" onClick={allow}>
          {strings.paused.allow}
        </button>
      )}
      <TaskButtons row={row} app={app} commands={order} title={title} done={done} />
    </>
  );
}
