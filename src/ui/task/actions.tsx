import type { Ready } from '../app-model.ts';
import { CopyButton } from '../copy-button.tsx';
import { moment } from '../format.ts';
import { Switches } from '../manners/switches.tsx';
import type { Notices } from '../notices-model.ts';
import { hrefOf } from '../route.ts';
import type { Command, Row } from '../row.ts';
import { strings } from '../strings.ts';
import { TaskActions } from '../task-actions.tsx';

interface ActionProps {
  row: Row;
  app: Ready;
  notices: Notices;
  title: string;
  /** Called when the task was removed, or the button that had the focus went with another command. */
  done(command: Command): void;
}

/** All that can be done with a task now. */
export function Actions({ row, app, notices, title, done }: ActionProps) {
  const texts = strings.view;
  const { task_id, type, status, checkpoint_at } = row.task.value;
  const known = app.types.find(type);
  return (
    <>
      <div class="row">
        <TaskActions row={row} app={app} notices={notices} title={title} done={done} />
        {status === 'failed' && checkpoint_at && (
          <button
            type="button"
            class="small"
            aria-disabled={row.command.value !== null}
            onClick={() => app.commands.startOver(row)}
          >
            {texts.startOver}
          </button>
        )}
        {known && (
          <a class="button small" href={hrefOf({ view: 'start', type, shared: null, again: task_id })}>
            {texts.again}
          </a>
        )}
        <a class="button small" href={hrefOf({ view: 'wire', task_id })}>
          {strings.task.wire}
        </a>
        <CopyButton text={() => task_id} notices={notices}>
          {texts.copyId}
        </CopyButton>
      </div>
      {status === 'failed' && checkpoint_at && <p class="soft small">{texts.retryKeeps(moment(checkpoint_at))}</p>}
      {(status === 'running' || status === 'pending') && (
        <div class="row switches small">
          <Switches notices={notices} />
        </div>
      )}
    </>
  );
}
