import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Listener } from './listener-model.ts';
import { VisibleText } from './visible-text.tsx';
import { wireWords } from './words.ts';

/** Of a longer text the beginning is shown: the wire has all of it. */
const SHOWN = 500;

/** Which functions of a program its `EventSource` has called, and with what. */
export function CallList({ listener, label }: { listener: Listener; label: string }) {
  const texts = wireWords().beside;
  const list = useRef<HTMLOListElement>(null);
  const calls = listener.calls.value;
  useLayoutEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [calls]);
  return (
    <>
      <p class="soft small">{texts.state[listener.state.value]}</p>
      <ol
        class="frames"
        ref={list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard, in Safari as well
        tabIndex={0}
        aria-label={label}
      >
        {calls.length === 0 && <li class="soft">{texts.none}</li>}
        {calls.map(({ key, handler, data, id }) => (
          <li key={key} class="passed" data-kind="call">
            <p class="passed-head small">
              <strong class="name">{handler}</strong>
              {id !== '' && (
                <span class="soft">
                  <VisibleText text={texts.lastId(id)} />
                </span>
              )}
            </p>
            {data !== null && (
              <pre dir="ltr">
                <VisibleText text={data.length > SHOWN ? `${data.slice(0, SHOWN)}…` : data} />
              </pre>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}
