import { hrefOf } from '../../route.ts';
import { strings } from '../../strings.ts';
import { FileTable } from './file-table.tsx';
import type { Documents } from './shapes.ts';

export function ReadDocuments({ result: { documents, pages, skipped, files } }: { result: Documents }) {
  const texts = strings.view;
  return (
    <>
      <p>
        {texts.read(documents, pages)}
        {skipped > 0 && ` ${texts.skipped(skipped)}`}
      </p>
      <FileTable files={files} title={texts.pages}>
        {({ file, title, pages, characters, error }) => ({
          name: file,
          more: (
            <>
              {title && (
                <>
                  {' '}
                  <bdi class="soft">{title}</bdi>
                </>
              )}
              {error && (
                <span class="digests" data-is="bad">
                  {texts.leftOut}: <bdi>{error}</bdi>
                </span>
              )}
            </>
          ),
          value: error === null && (
            <>
              {pages.toLocaleString(strings.locale)}{' '}
              {characters === 0 && <span class="soft">{strings.search.noText}</span>}
            </>
          ),
        })}
      </FileTable>
      <p>
        <a class="button small" href={hrefOf({ view: 'search', q: '' })}>
          {strings.search.title}
        </a>
      </p>
    </>
  );
}
