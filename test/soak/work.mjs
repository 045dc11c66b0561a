/**
 * Runs in the page: some of everything that a task can do, until all of it has ended.
 *
 * @param {{ round: number, calm: boolean, force: boolean }} which `calm`: all of it completes at once; `force`: else, whether one has to be terminated
 */
export async function workRound({ round, calm, force }) {
  const { holdfast } = globalThis;
  const MIB = 1024 * 1024;
  const file = await holdfast.upload(new Blob([new Uint8Array(2 * MIB).fill(round)]), `round-${round}.bin`);
  const quick = { steps: 20, step_ms: 5 };
  await Promise.all([completed(), ...(calm ? [] : [ended()])]);
  await holdfast.removeFile(file.file_id);
  if (force && !calm) await stopByForce();

  async function completed() {
    // As large as what goes in.
    const archive = { files: [{ file_id: file.file_id }], compression: 'none' };
    const [sum, packed, kept, count] = await Promise.all([
      submit('checksum', { files: [{ file_id: file.file_id }] }),
      submit('archive', archive),
      submit('archive', archive),
      submit('countdown', quick),
    ]);
    await Promise.all([sum, packed, kept, count].map((task_id) => end(task_id, 'completed')));
    // Some are deleted by hand, with what they wrote, the others when they are too many.
    await holdfast.remove(count);
    await holdfast.remove(packed);
  }

  async function ended() {
    const [fails, retried, canceled, paused] = await Promise.all([
      submit('countdown', { ...quick, fail_at: 10 }),
      submit('countdown', { ...quick, fail_at: 10 }),
      submit('countdown', { steps: 10_000, step_ms: 100 }),
      submit('countdown', quick),
    ]);
    await holdfast.pause(paused).catch(finishedBefore);
    await Promise.all([
      end(fails, 'failed'),
      end(retried, 'failed').then(() => holdfast.retry(retried, 'start').then(() => end(retried, 'failed'))),
      cancel(canceled),
      holdfast
        .resume(paused)
        .catch(finishedBefore)
        .then(() => end(paused, 'completed')),
    ]);
  }

  /**
   * Without an idempotency key: what a key stands for is kept for a day, and would grow until then.
   *
   * @param {string} type
   * @param {object} input
   * @returns {Promise<string>}
   */
  async function submit(type, input) {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch('tasks', { method: 'POST', headers, body: JSON.stringify({ type, input }) });
    if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
    return (await response.json()).task_id;
  }

  /**
   * @param {string} task_id
   * @param {string} status
   */
  async function end(task_id, status) {
    for await (const { event, data } of holdfast.watch(task_id)) {
      if (event === 'complete' && data.status !== status) throw new Error(JSON.stringify(data));
    }
  }

  /** @param {string} task_id */
  async function cancel(task_id) {
    await holdfast.cancel(task_id);
    await end(task_id, 'canceled');
  }

  /** A busy loop: its worker has to be terminated. */
  async function stopByForce() {
    const task_id = await submit('spin', { ms: 60_000 });
    for await (const { event, data } of holdfast.watch(task_id)) {
      if (event === 'message' && data.message) break;
    }
    await cancel(task_id);
  }

  /** @param {unknown} error */
  function finishedBefore(error) {
    if (!(error instanceof Error && 'status' in error && error.status === 409)) throw error;
  }
}
