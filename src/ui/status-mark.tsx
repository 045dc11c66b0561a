import type { Status } from '../client/index.ts';
import type { Row } from './row.ts';
import { strings } from './strings.ts';

/** A shape for each status, drawn in a box of 16. */
const shapes: Record<Status, string> = {
  pending: 'M8 2.5a5.5 5.5 0 1 0 .01 0M8 5v3l2 1.5',
  running: 'M8 2.5a5.5 5.5 0 1 1-5.5 5.5',
  paused: 'M5.5 3.5v9M10.5 3.5v9',
  completed: 'M3 8.5l3.5 3.5L13 4.5',
  failed: 'M4 4l8 8M12 4l-8 8',
  canceled: 'M8 2.5a5.5 5.5 0 1 0 .01 0M4.2 4.2l7.6 7.6',
};

export function StatusMark({ row }: { row: Row }) {
  const { status, cancel_requested_at } = row.task.value;
  // A task that was told to end is not simply running.
  const isEnding = status === 'running' && (cancel_requested_at !== null || row.command.value === 'cancel');
  return (
    <p class="status" data-status={status}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={shapes[status]} />
      </svg>
      <span>{isEnding ? strings.canceling : strings.status[status]}</span>
    </p>
  );
}
