import { LongList } from '../../long-list.tsx';
import { MarkedText } from '../../marked-text.tsx';
import { strings } from '../../strings.ts';
import { FileTable } from './file-table.tsx';
import type { Grepped } from './shapes.ts';

const STEP = 100;

export function Matches({ result: { lines, files, first } }: { result: Grepped }) {
  const texts = strings.view;
  const found = files.filter((file) => file.lines > 0).length;
  const told = files
    .filter((file) => file.lines > 0 || file.too_long > 0 || file.error)
    .toSorted((a, b) => b.lines - a.lines);
  const several = files.length > 1;
  return (
    <>
      <p>
        {texts.matches(lines, found)}
        {several && found < files.length && ` ${texts.haveNone(files.length - found)}`}
      </p>
      {told.some((file) => several || file.too_long > 0 || file.error) && (
        <FileTable files={told} title={texts.lines}>
          {({ name, lines, binary, too_long, error }) => ({
            name,
            more: (
              <>
                {too_long > 0 && <span class="digests soft">{texts.tooLong(too_long)}</span>}
                {error && (
                  <span class="digests small" data-is="bad">
                    {texts.notReadOn}: <bdi>{error}</bdi>
                  </span>
                )}
              </>
            ),
            value: (
              <>
                {lines.toLocaleString(strings.locale)}
                {binary && ` ${texts.binaryFile}`}
              </>
            ),
          })}
        </FileTable>
      )}
      {first.length > 0 && (
        <>
          <h3>{texts.firstMatches}</h3>
          <LongList items={first} step={STEP}>
            {(shown) => (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to get there.
              <ol class="matches" tabIndex={0} aria-label={texts.firstMatches}>
                {shown.map(({ file, line, text, ranges }, at) => (
                  <li key={at}>
                    <span class="soft">
                      {several && <bdi>{file}:</bdi>}
                      {line}
                    </span>
                    <bdi>
                      <MarkedText text={text} ranges={ranges} />
                    </bdi>
                  </li>
                ))}
              </ol>
            )}
          </LongList>
        </>
      )}
    </>
  );
}
