import type { ComponentChildren } from 'preact';
import { LongList } from '../../long-list.tsx';
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
                    <bdi>{marked(text, ranges)}</bdi>
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

/** A range that the excerpt has lost marks nothing. */
function marked(text: string, ranges: readonly [number, number][]): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let done = 0;
  for (const [start, end] of ranges) {
    if (start < done || end <= start || end > text.length) continue;
    parts.push(text.slice(done, start), <mark key={start}>{text.slice(start, end)}</mark>);
    done = end;
  }
  return [...parts, text.slice(done)];
}
