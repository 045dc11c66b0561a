import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { AppModel, Ready } from './app-model.ts';
import { DocumentList } from './document-list.tsx';
import { Empty } from './empty.tsx';
import { HitList } from './hit-list.tsx';
import { hrefOf } from './route.ts';
import { createSearch, type SearchModel } from './search-model.ts';
import './search.css';
import { strings } from './strings.ts';
import { useHeading } from './use-heading.ts';
import { useTyping } from './use-typing.ts';

export function SearchPage({ ready, q, app: { router, notices } }: { ready: Ready; q: string; app: AppModel }) {
  const texts = strings.search;
  const title = useHeading();
  const model = useMemo(() => createSearch(ready.client, notices), [ready]);
  const { completed, canceled } = ready.tasks.counts.value;
  // A task that has ended may have brought something.
  useEffect(() => void model.refresh(), [model, completed, canceled]);
  useEffect(() => void model.search(q), [model, q]);
  return (
    <main tabIndex={-1} class="search">
      <h1 ref={title} tabIndex={-1}>
        {texts.title}
      </h1>
      <Box q={q} go={(to) => router.replace({ view: 'search', q: to })} />
      <Answer model={model} />
      <Shelves model={model} />
    </main>
  );
}

function Box({ q, go }: { q: string; go(q: string): void }) {
  const texts = strings.search;
  const field = useRef<HTMLInputElement>(null);
  const typing = useTyping(go);
  const typed = () => field.current?.value ?? '';
  useEffect(() => {
    // The address may have changed by itself, by the back button.
    if (field.current && document.activeElement !== field.current) field.current.value = q;
  }, [q]);
  return (
    <search>
      <form
        class="ask"
        onSubmit={(event) => {
          event.preventDefault();
          typing.now(typed());
        }}
      >
        <input
          ref={field}
          type="search"
          name="q"
          defaultValue={q}
          aria-label={texts.label}
          aria-describedby="ask-hint"
          placeholder={texts.placeholder}
          maxLength={1_000}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => !event.isComposing && typing.soon(typed())}
          onCompositionEnd={() => typing.soon(typed())}
        />
        <button type="submit" class="first">
          {texts.go}
        </button>
      </form>
      <p id="ask-hint" class="soft small">
        {texts.hint}
      </p>
    </search>
  );
}

function Answer({ model }: { model: SearchModel }) {
  const texts = strings.search;
  const found = model.found.value;
  switch (found.kind) {
    case 'nothing':
      return null;
    case 'searching':
      return (
        <p class="soft" role="status">
          {texts.searching}
        </p>
      );
    case 'refused':
      return (
        <p class="soft" role="status">
          {texts.refused}
        </p>
      );
    case 'failed':
      return (
        <div class="notice" data-is="bad" role="alert">
          <span class="notice-text">{texts.failed(found.detail)}</span>
          <button type="button" onClick={model.refresh}>
            {strings.list.again}
          </button>
        </div>
      );
    case 'found':
      return <HitList found={found} model={model} />;
  }
}

function Shelves({ model }: { model: SearchModel }) {
  const texts = strings.search;
  const shelf = model.shelf.value;
  switch (shelf.kind) {
    case 'loading':
      return (
        <p class="soft" role="status">
          {texts.opening}
        </p>
      );
    case 'failed':
      // Told once is enough.
      if (model.found.value.kind === 'failed') return null;
      return (
        <div class="notice" data-is="bad" role="alert">
          <span class="notice-text">{texts.failed(shelf.detail)}</span>
          <button type="button" onClick={model.refresh}>
            {strings.list.again}
          </button>
        </div>
      );
    case 'listed':
      if (shelf.total > 0) return <DocumentList shelf={shelf} model={model} />;
      return (
        <Empty title={texts.empty} about={texts.emptyAbout}>
          <a class="button first" href={hrefOf({ view: 'start', type: 'documents', shared: null })}>
            {texts.emptyGo}
          </a>
        </Empty>
      );
  }
}
