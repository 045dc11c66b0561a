import { useSignal } from '@preact/signals';
import type { Hit } from '../client/index.ts';
import { words } from './format.ts';
import { MarkedText } from './marked-text.tsx';
import type { Found, SearchModel } from './search-model.ts';
import { strings } from './strings.ts';

export function HitList({ found, model }: { found: Extract<Found, { kind: 'found' }>; model: SearchModel }) {
  const texts = strings.search;
  return (
    <section aria-labelledby="found-title">
      <div role="status">
        <h2 id="found-title">{texts.found(found.total)}</h2>
      </div>
      <ol class="hits">
        {found.hits
          .filter(({ document_id }) => !model.leaving.value.has(document_id))
          .map((hit) => (
            <HitRow key={`${hit.document_id} ${hit.page}`} hit={hit} model={model} />
          ))}
      </ol>
      {found.more && (
        <button type="button" onClick={model.more}>
          {texts.more}
        </button>
      )}
    </section>
  );
}

function HitRow({ hit, model }: { hit: Hit; model: SearchModel }) {
  const texts = strings.search;
  const { file, title, page, pages } = hit;
  const text = useSignal<string | null>(null);

  async function open({ currentTarget }: { currentTarget: HTMLDetailsElement }) {
    if (!currentTarget.open || text.peek() !== null) return;
    text.value = await model.textOf(hit).then(
      (found) => found.text,
      (error: unknown) => texts.failed(words(error)),
    );
  }

  return (
    <li class="hit">
      <h3>
        <bdi>{title ?? file}</bdi> <span class="soft small">{texts.page(page, pages)}</span>
      </h3>
      {title && (
        <p class="soft small">
          <bdi>{file}</bdi>
        </p>
      )}
      <p class="snippet" dir="auto">
        <MarkedText text={hit.snippet} ranges={hit.marks} />
      </p>
      <details onToggle={open}>
        <summary class="small">{texts.whole}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to get there. */}
        <pre class="page-text" dir="auto" tabIndex={0}>
          {text.value ?? texts.opening}
        </pre>
      </details>
    </li>
  );
}
