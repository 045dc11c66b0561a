import { LongList } from '../../long-list.tsx';
import { hrefOf } from '../../route.ts';
import { strings } from '../../strings.ts';
import type { Documents } from './shapes.ts';

const STEP = 50;

export function ReadDocuments({ result: { documents, pages, skipped, files } }: { result: Documents }) {
  const texts = strings.view;
  return (
    <>
      <p>
        {texts.read(documents, pages)}
        {skipped > 0 && ` ${texts.skipped(skipped)}`}
      </p>
      <LongList items={files} step={STEP}>
        {(shown) => (
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">{strings.result.file}</th>
                <th scope="col">{texts.pages}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ file, title, pages, characters, error }, at) => (
                <tr key={at}>
                  <th scope="row">
                    <bdi>{file}</bdi>
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
                  </th>
                  <td>
                    {error === null && pages.toLocaleString(strings.locale)}{' '}
                    {error === null && characters === 0 && <span class="soft">{strings.search.noText}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </LongList>
      <p>
        <a class="button small" href={hrefOf({ view: 'search', q: '' })}>
          {strings.search.title}
        </a>
      </p>
    </>
  );
}
