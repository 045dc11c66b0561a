import { LongList } from '../../long-list.tsx';
import { MarkedText } from '../../marked-text.tsx';
import { strings } from '../../strings.ts';
import { FileTable } from './file-table.tsx';
import type { Grepped } from './shapes.ts';

const STEP = 100;

export function Matches({ result: { lines, files, first } }: { result: Grepped }) {
  const texts = strings.view;
  const found = files.filter((file) => file.lines > 0).toSorted((a, b) => b.lines - a.lines);
  return (
    <>
      <p>{texts.matches(lines, found.length)}</p>
      {found.length > 1 && (
        <FileTable files={found} title={texts.lines}>
          {({ name, lines, binary }) => ({
            name,
            value: (
              <>
                {lines.toLocaleString(strings.locale)} {binary && texts.binaryFile}
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
                      {found.length > 1 && <bdi>{file}:</bdi>}
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
