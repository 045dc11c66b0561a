import { LongList } from '../../long-list.tsx';
import { MarkedText } from '../../marked-text.tsx';
import { strings } from '../../strings.ts';
import type { Grepped } from './shapes.ts';

const STEP = 100;

export function Matches({ result: { lines, files, first } }: { result: Grepped }) {
  const texts = strings.view;
  const found = files.filter((file) => file.lines > 0).toSorted((a, b) => b.lines - a.lines);
  return (
    <>
      <p>{texts.matches(lines, found.length)}</p>
      {found.length > 1 && (
        <LongList items={found} step={STEP}>
          {(shown) => (
            <table class="plain">
              <thead>
                <tr>
                  <th scope="col">{strings.result.file}</th>
                  <th scope="col">{texts.lines}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((file, at) => (
                  <tr key={at}>
                    <th scope="row">
                      <bdi>{file.name}</bdi>
                    </th>
                    <td>
                      {file.lines.toLocaleString(strings.locale)} {file.binary && texts.binaryFile}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </LongList>
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
