import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Shortcut, shortcuts } from './keys.ts';
import { choose, singleKeys } from './preferences.ts';
import { strings } from './strings.ts';

export function KeysDialog({ shown }: { shown: Signal<boolean> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = shown.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
  }, [open]);
  if (!open) return null;
  const texts = strings.keys;
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="keys-title"
      onClose={() => {
        shown.value = false;
      }}
    >
      <h2 id="keys-title">{texts.title}</h2>
      <dl class="keys">
        {Object.entries(shortcuts).map(([name, keys]) => (
          <div key={name}>
            <dt>{texts[name as Shortcut]}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <form method="dialog" class="row between">
        <label class="check">
          <input
            type="checkbox"
            checked={singleKeys.value}
            onChange={({ currentTarget }) => choose.singleKeys(currentTarget.checked)}
          />
          {texts.single}
        </label>
        <button class="first" type="button" autofocus onClick={() => dialog.current?.close()}>
          {texts.close}
        </button>
      </form>
    </dialog>
  );
}
