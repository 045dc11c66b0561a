import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { words } from './format.ts';
import { loadPart } from './part.ts';
import { strings } from './strings.ts';

type Loaded<P> = { is: 'loading' } | { is: 'there'; Shown: ComponentType<P> } | { is: 'failed'; why: string };

/** A view whose code comes when it is first shown. */
export function lazyView<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  // Once it is there, it is shown at once.
  let there: Loaded<P> = { is: 'loading' };
  return function LazyView(props: P) {
    const view = useSignal(there);
    useEffect(() => {
      if (there.is === 'there') return;
      loadPart(load).then(
        (Shown) => {
          there = { is: 'there', Shown };
          view.value = there;
        },
        (error: unknown) => {
          view.value = { is: 'failed', why: words(error) };
        },
      );
    }, []);
    const now = view.value;
    if (now.is === 'there') return <now.Shown {...props} />;
    return (
      <main tabIndex={-1} class="blank">
        {now.is === 'loading' ? (
          <p role="status">{strings.starting}</p>
        ) : (
          <>
            <p role="alert">{strings.notices.unexpected(now.why)}</p>
            <button type="button" class="first" onClick={() => location.reload()}>
              {strings.unavailable.reload}
            </button>
          </>
        )}
      </main>
    );
  };
}
