import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Client, Health, Status } from '../../client/index.ts';
import { size, words } from '../format.ts';
import { Panel } from './panel.tsx';
import { systemStrings } from './strings.ts';

type Step = { kind: 'closed' | 'first' | 'second' | 'erasing' } | { kind: 'failed'; words: string };

interface EraseProps {
  client: Client;
  counts: Record<Status, number>;
  health: Health | null;
}

/** The page is loaded again once everything is erased; this tells it why. */
const ERASED = 'holdfast:erased';

export function ErasePanel({ client, counts, health }: EraseProps) {
  const texts = systemStrings().erase;
  const step = useSignal<Step>({ kind: 'closed' });
  const dialog = useRef<HTMLDialogElement>(null);
  const erased = useSignal(sessionStorage.getItem(ERASED) !== null);
  const isOpen = step.value.kind !== 'closed';
  const close = () => {
    step.value = { kind: 'closed' };
  };

  useEffect(() => sessionStorage.removeItem(ERASED), []);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);

  async function erase() {
    step.value = { kind: 'erasing' };
    sessionStorage.setItem(ERASED, 'yes');
    try {
      // The page is told, like any other, and loaded again.
      await client.eraseAll();
    } catch (error) {
      sessionStorage.removeItem(ERASED);
      step.value = { kind: 'failed', words: words(error) };
    }
  }

  return (
    <Panel id="erase" title={texts.title} about={texts.about}>
      <div class="row">
        <button
          type="button"
          class="danger"
          onClick={() => {
            step.value = { kind: 'first' };
          }}
        >
          {texts.open}
        </button>
        <p role="status">{erased.value && texts.done}</p>
      </div>
      {isOpen && (
        <dialog
          ref={dialog}
          class="sheet"
          aria-labelledby="erase-question"
          onClose={close}
          onCancel={(event) => step.value.kind === 'erasing' && event.preventDefault()}
        >
          <Question step={step.value} counts={counts} used={health?.storage_used ?? null} to={go} erase={erase} />
        </dialog>
      )}
    </Panel>
  );

  function go(next: 'closed' | 'second') {
    if (next === 'closed') dialog.current?.close();
    else step.value = { kind: next };
  }
}

// The button that had the focus went with the first question, and `autofocus` means something only when a dialog opens.
const takeFocus = (input: HTMLInputElement | null) => input?.focus();

interface QuestionProps {
  step: Step;
  counts: Record<Status, number>;
  used: number | null;
  to(next: 'closed' | 'second'): void;
  erase(): void;
}

function Question({ step, counts, used, to, erase }: QuestionProps) {
  const texts = systemStrings().erase;
  const typed = useSignal('');
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const isTyped = typed.value.trim().toLocaleLowerCase() === texts.word;
  const leave = (
    <button type="button" autofocus onClick={() => to('closed')}>
      {texts.leave}
    </button>
  );
  if (step.kind === 'first') {
    return (
      <>
        <h2 id="erase-question">{texts.first}</h2>
        <p>{texts.goes(all, used === null ? null : size(used))}</p>
        {counts.running > 0 && <p>{texts.runs(counts.running)}</p>}
        <p>{texts.otherTabs}</p>
        <div class="row between">
          {leave}
          <button type="button" class="danger" onClick={() => to('second')}>
            {texts.goOn}
          </button>
        </div>
      </>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isTyped && step.kind !== 'erasing') erase();
      }}
    >
      <h2 id="erase-question">{texts.second}</h2>
      <div class="field">
        <label for="erase-word">{texts.type(texts.word)}</label>
        <input
          ref={takeFocus}
          id="erase-word"
          type="text"
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
      </div>
      {step.kind === 'failed' && (
        <p class="why" data-is="bad" role="alert">
          {texts.failed(step.words)}
        </p>
      )}
      <div class="row between">
        <button
          type="button"
          aria-disabled={step.kind === 'erasing'}
          onClick={() => step.kind !== 'erasing' && to('closed')}
        >
          {texts.leave}
        </button>
        <button type="submit" class="danger" aria-disabled={!isTyped || step.kind === 'erasing'}>
          {step.kind === 'erasing' ? texts.erasing : texts.do}
        </button>
      </div>
    </form>
  );
}
