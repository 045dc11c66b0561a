/** Everything that is stored, gone. */
import type { namesFor } from '../src/core/names.ts';
import { removeOpfsFolder } from '../src/core/output-folder.ts';
import { INDEX } from '../src/core/search.ts';

/** How long executors and an import that is under way may take to let go before nothing is erased. */
const LET_GO_MS = 15_000;

export interface EraseHost {
  names: ReturnType<typeof namesFor>;
  store: { erase(): Promise<void> };
  files: { removeFolder(): Promise<void> };
  /** Tells executors to let go. */
  askToLetGo(): void;
}

/** Everything of this scope and nothing of another: its database's rows, and its folder with whatever is in it. */
export async function erase({ names, store, files, askToLetGo }: EraseHost): Promise<void> {
  const late = new DOMException(
    'Something is still at work here and does not let go. Nothing was erased.',
    'TimeoutError',
  );
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(late), LET_GO_MS);
  const { signal } = patience;
  try {
    // In this order: an executor that cleans up lets go of both.
    const erased = navigator.locks.request(names.executorLock, { signal }, () =>
      navigator.locks.request(names.housekeepingLock, { signal }, async () => {
        clearTimeout(timer);
        await store.erase();
        await files.removeFolder();
        await navigator.locks.request(names.lastingLock(INDEX), () => removeOpfsFolder(names.lasting));
      }),
    );
    // Answered after the request: an executor that has let go waits behind it until this is over.
    const asked = navigator.locks.query().then(askToLetGo);
    await Promise.all([erased, asked]);
  } finally {
    clearTimeout(timer);
  }
}
