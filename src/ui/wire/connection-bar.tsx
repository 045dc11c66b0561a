import { useSignal } from '@preact/signals';
import { duration } from '../format.ts';
import type { Connection } from './connection-model.ts';
import { wireWords } from './words.ts';

/** How the connection is, and what can be done with it. */
export function ConnectionBar({ connection }: { connection: Connection }) {
  const texts = wireWords().connection;
  const after = useSignal('');
  const state = connection.state.value;
  const lastId = connection.lastId.value;
  const isAlive = state.is === 'open' || state.is === 'opening' || state.is === 'lost';

  function resume(event: Event) {
    event.preventDefault();
    connection.connect(after.peek().trim() || null);
  }

  return (
    <div class="connection stack">
      <p role="status" data-is={state.is}>
        {wordsOf(connection)}
      </p>
      <div class="row">
        <button type="button" class="small" aria-disabled={!isAlive} onClick={() => isAlive && connection.drop()}>
          {texts.drop}
        </button>
        <button
          type="button"
          class={state.is === 'dropped' ? 'small first' : 'small'}
          aria-disabled={isAlive || lastId === null}
          onClick={() => !isAlive && lastId !== null && connection.connect(lastId)}
        >
          {texts.goOn(lastId ?? '…')}
        </button>
        <button type="button" class="small" onClick={() => connection.connect(null)}>
          {texts.begin}
        </button>
        <form class="row" onSubmit={resume}>
          <label class="row small">
            {texts.after}
            <input
              class="id"
              inputMode="numeric"
              autocomplete="off"
              spellcheck={false}
              maxLength={60}
              value={after}
              onInput={({ currentTarget }) => {
                after.value = currentTarget.value;
              }}
            />
          </label>
          <button type="submit" class="small">
            {texts.resume}
          </button>
        </form>
        <button type="button" class="small quiet" onClick={connection.forget}>
          {texts.clear}
        </button>
      </div>
    </div>
  );
}

function wordsOf({ state, retry, lastId }: Connection): string {
  const texts = wireWords().connection;
  const now = state.value;
  if (now.is === 'lost') return texts.lost(duration(now.wait_ms), lastId.value);
  if (now.is === 'dropped') return texts.dropped(retry.value === null ? null : duration(retry.value), lastId.value);
  return texts.state[now.is];
}
