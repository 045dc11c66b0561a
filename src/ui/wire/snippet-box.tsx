import { useSignal } from '@preact/signals';
import { CopyButton } from '../copy-button.tsx';
import type { Notices } from '../notices-model.ts';
import { type SnippetKind, snippet, snippetKinds } from './snippets.ts';
import { wireWords } from './words.ts';

interface BoxProps {
  base: string;
  task_id: string;
  after: string | null;
  notices: Notices;
}

export function SnippetBox({ notices, ...place }: BoxProps) {
  const texts = wireWords().snippets;
  const kind = useSignal<SnippetKind>('fetch');
  const text = snippet(kind.value, place);
  return (
    <>
      <p class="soft small">{texts.about(place.after)}</p>
      <fieldset class="choice">
        <legend class="unseen">{texts.kind}</legend>
        {snippetKinds.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="snippet"
              checked={kind.value === each}
              onChange={() => {
                kind.value = each;
              }}
            />
            <span>{each}</span>
          </label>
        ))}
      </fieldset>
      <p class="small">{texts.notes[kind.value]}</p>
      <CodeBlock text={text} label={kind.value} />
      <CopyButton text={() => text} notices={notices} label={texts.copyOne(kind.value)}>
        {texts.copy}
      </CopyButton>
    </>
  );
}

/** Lines of a program. Long ones are scrolled to. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <section
      class="code"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard, in Safari as well
      tabIndex={0}
    >
      <pre dir="ltr">
        <code>{text}</code>
      </pre>
    </section>
  );
}
