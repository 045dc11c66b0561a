import { useComputed, useSignal } from '@preact/signals';
import { Component } from 'preact';
import { algorithmNames } from '../algorithm-names.ts';
import { CopyButton } from '../copy-button.tsx';
import { size } from '../format.ts';
import type { Sum, Sums } from '../json.ts';
import type { Notices } from '../notices-model.ts';
import { strings } from '../strings.ts';

/** More than a screen of them is shown when it is asked for. */
const OPEN_AT_MOST = 20;
const AT_FIRST = 100;
/** Few enough for a slow computer to draw between two frames. */
const A_FRAME = 50;

export function SumTable({ sums: { algorithm, files }, notices }: { sums: Sums; notices: Notices }) {
  const shown = useSignal(AT_FIRST);
  const hidden = useComputed(() => shown.value < files.length);
  const texts = strings.result;
  const label = algorithmNames[algorithm] ?? algorithm;

  function showAll() {
    shown.value += A_FRAME;
    if (hidden.peek()) requestAnimationFrame(showAll);
  }

  return (
    <details class="result" open={files.length <= OPEN_AT_MOST}>
      <summary>{texts.summary(files.length, label)}</summary>
      <table class="sums">
        <thead>
          <tr>
            <th scope="col">{texts.file}</th>
            <th scope="col">{texts.size}</th>
            <th scope="col">{label}</th>
            <td>
              <CopyButton text={() => listOf(files)} notices={notices}>
                {texts.copyAll}
              </CopyButton>
            </td>
          </tr>
        </thead>
        {parts(files, shown.value).map(([start, end]) => (
          <Rows key={start} files={files} start={start} end={end} notices={notices} />
        ))}
      </table>
      {hidden.value && (
        <button type="button" onClick={showAll}>
          {texts.all(files.length)}
        </button>
      )}
    </details>
  );
}

/** As sha256sum and its siblings write it. */
const listOf = (files: readonly Sum[]): string => files.map(({ digest, name }) => `${digest}  ${name}\n`).join('');

/** The rows that are shown, in parts that stay as they are when more come. */
function parts({ length }: readonly Sum[], shown: number): [number, number][] {
  const ends: [number, number][] = [];
  for (let start = 0; start < Math.min(shown, length); ) {
    const end = Math.min(length, start === 0 ? AT_FIRST : start + A_FRAME);
    ends.push([start, end]);
    start = end;
  }
  return ends;
}

interface RowsProps {
  files: readonly Sum[];
  start: number;
  end: number;
  notices: Notices;
}

/**
 * Drawn once. Not by `useMemo`: elements that are drawn again as they were keep the tree that they were first drawn in, which keeps the
 * one before it, and so on (measured, Preact 11.2).
 */
class Rows extends Component<RowsProps> {
  override shouldComponentUpdate({ files, start, end, notices }: RowsProps) {
    const now = this.props;
    return files !== now.files || start !== now.start || end !== now.end || notices !== now.notices;
  }

  override render({ files, start, end, notices }: RowsProps) {
    return (
      <tbody>
        {files.slice(start, end).map(({ name, size: bytes, digest }, i) => (
          <tr key={start + i}>
            <th scope="row">
              <bdi>{name}</bdi>
            </th>
            <td>{size(bytes)}</td>
            <td class="digest">{digest}</td>
            <td>
              <CopyButton label={strings.result.copyOne(name)} text={() => digest} notices={notices}>
                {strings.result.copy}
              </CopyButton>
            </td>
          </tr>
        ))}
      </tbody>
    );
  }
}
