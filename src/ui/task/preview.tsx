import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Task } from '../../client/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { size, words } from '../format.ts';
import type { Notices } from '../notices-model.ts';
import { strings } from '../strings.ts';
import { MOST_PICTURE, MOST_TEXT, type PreviewKind, textIn } from './preview-kind.ts';
import { ValueTree } from './value-tree.tsx';

type Shown =
  | { kind: 'loading' }
  | { kind: 'none'; why: string }
  | { kind: 'picture'; url: string }
  | { kind: 'table'; rows: readonly (readonly string[])[] }
  | { kind: 'json'; value: unknown; text: string }
  | { kind: 'text'; text: string };

interface PreviewProps {
  file: Task['files'][number];
  kind: PreviewKind;
  url: string;
  notices: Notices;
}

/** The beginning of an output file, as text, a table or a picture: never as a page. */
export function Preview({ file, kind, url, notices }: PreviewProps) {
  const texts = strings.view;
  const shown = useSignal<Shown>({ kind: 'loading' });
  useEffect(() => {
    const end = new AbortController();
    const made: string[] = [];
    read(file, kind, url, end.signal).then(
      (found) => {
        if (found.kind === 'picture') made.push(found.url);
        if (!end.signal.aborted) shown.value = found;
      },
      (error) => {
        if (!end.signal.aborted) shown.value = { kind: 'none', why: words(error) };
      },
    );
    return () => {
      end.abort();
      for (const each of made) URL.revokeObjectURL(each);
    };
  }, []);
  const now = shown.value;
  const cut = kind !== 'picture' && file.size > MOST_TEXT;
  return (
    <section class="preview" aria-label={texts.previewOf(file.name)}>
      {now.kind === 'loading' && <p role="status">{texts.previewing}</p>}
      {now.kind === 'none' && <p class="soft">{texts.noPreview(now.why)}</p>}
      {now.kind === 'picture' && <img src={now.url} alt={file.name} />}
      {now.kind === 'table' && <Cells rows={now.rows} />}
      {now.kind === 'json' && <ValueTree value={now.value} />}
      {now.kind === 'text' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to get there.
        <pre tabIndex={0}>{now.text}</pre>
      )}
      {(now.kind === 'text' || now.kind === 'json') && (
        <p class="row small">
          <CopyButton text={() => now.text} label={texts.copyOf(file.name)} notices={notices}>
            {strings.result.copy}
          </CopyButton>
          {cut && <span class="soft">{texts.cut(size(MOST_TEXT), size(file.size))}</span>}
        </p>
      )}
    </section>
  );
}

const ROWS = 20;

function Cells({ rows: [head = [], ...rows] }: { rows: readonly (readonly string[])[] }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to get there. */}
      <div class="wide" tabIndex={0}>
        <table class="plain">
          <thead>
            <tr>
              {head.map((cell, at) => (
                <th key={at} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                {row.map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="soft small">{strings.view.firstRows(rows.length)}</p>
    </>
  );
}

async function read(
  { size: bytes }: { size: number },
  kind: PreviewKind,
  url: string,
  signal: AbortSignal,
): Promise<Shown> {
  if (kind === 'picture') {
    if (bytes > MOST_PICTURE) return { kind: 'none', why: strings.view.tooLarge(size(MOST_PICTURE)) };
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return { kind: 'picture', url: URL.createObjectURL(await response.blob()) };
  }
  if (bytes === 0) return { kind: 'text', text: '' };
  const response = await fetch(url, { headers: { Range: `bytes=0-${MOST_TEXT - 1}` }, signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const whole = bytes <= MOST_TEXT;
  const text = textIn(new Uint8Array(await response.arrayBuffer()), whole);
  if (text === null) return { kind: 'none', why: strings.view.binary };
  if (kind === 'table') {
    const { default: Papa } = await import('papaparse');
    const { data } = Papa.parse(text, { preview: ROWS + 1, skipEmptyLines: true });
    return { kind: 'table', rows: data };
  }
  if (kind === 'json' && whole) {
    try {
      return { kind: 'json', value: JSON.parse(text), text };
    } catch {
      // Called JSON, and none: it is shown as what it is.
    }
  }
  return { kind: 'text', text };
}
