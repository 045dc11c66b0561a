import type { IndexedDocument } from '../client/index.ts';
import { moment, size } from './format.ts';
import { hrefOf } from './route.ts';
import type { SearchModel, Shelf } from './search-model.ts';
import { strings } from './strings.ts';

export function DocumentList({ shelf, model }: { shelf: Extract<Shelf, { kind: 'listed' }>; model: SearchModel }) {
  const texts = strings.search;
  const leaving = model.leaving.value;
  const shown = shelf.documents.filter(({ document_id }) => !leaving.has(document_id));
  return (
    <details class="shelf" open={model.found.value.kind === 'nothing'}>
      <summary>
        <h2>{texts.indexed(shelf.total)}</h2>
      </summary>
      <ul class="documents">
        {shown.map((document) => (
          <DocumentRow key={document.document_id} document={document} model={model} />
        ))}
      </ul>
      <div class="row">
        {shelf.next_page && (
          <button type="button" onClick={model.listMore}>
            {texts.more}
          </button>
        )}
        <a class="button" href={hrefOf({ view: 'start', type: 'documents', shared: null })}>
          {texts.add}
        </a>
        {shown.length > 0 && (
          <button type="button" class="quiet" onClick={model.forgetAll}>
            {texts.forgetAll}
          </button>
        )}
      </div>
    </details>
  );
}

function DocumentRow({ document, model }: { document: IndexedDocument; model: SearchModel }) {
  const texts = strings.search;
  const { file, title, pages, size: bytes, characters, added_at } = document;
  return (
    <li class="row between">
      <div class="document">
        <bdi>{file}</bdi>
        <p class="soft small">
          {title && (
            <>
              <bdi>{title}</bdi>
              {' · '}
            </>
          )}
          {texts.about(pages, size(bytes), moment(added_at))}
          {characters === 0 && ` · ${texts.noText}`}
        </p>
      </div>
      <button
        type="button"
        class="small quiet"
        aria-label={texts.forgetOne(file)}
        onClick={() => model.forget(document)}
      >
        {texts.forget}
      </button>
    </li>
  );
}
