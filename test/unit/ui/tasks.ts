import type { Task } from '../../../src/client/index.ts';

const at = '2026-01-01T00:00:00.000Z';

/** A task as the API shows it after its event `n`. */
export const taskAfter = (n: number, over: Partial<Task>): Task => ({
  task_id: 't',
  type: 'checksum',
  status: 'running',
  paused: null,
  progress: 0,
  message: null,
  done: 0,
  total: null,
  unit: null,
  input: {},
  result: null,
  error: null,
  stopped: null,
  files: [],
  attempt: 1,
  failures: 0,
  max_attempts: 1,
  priority: 0,
  timeout_ms: null,
  run_at: null,
  depends_on: [],
  tags: [],
  cancel_requested_at: null,
  created_at: at,
  started_at: at,
  updated_at: at,
  checkpoint_at: null,
  finished_at: null,
  last_event_id: String(n),
  ...over,
});
