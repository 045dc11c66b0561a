import type { Signal } from '@preact/signals';
import type { Update } from './app-model.ts';
import { strings } from './strings.ts';

export function UpdateNotice({ update }: { update: Signal<Update> }) {
  const now = update.value;
  if (now.kind === 'none') return null;
  return (
    <p class="notice" role="status">
      <span class="notice-text">{strings.update.ready}</span>
      {now.kind === 'ready' ? (
        <button type="button" onClick={now.apply}>
          {strings.update.apply}
        </button>
      ) : (
        <span>{strings.update.applying}</span>
      )}
    </p>
  );
}
