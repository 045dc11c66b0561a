import { useSignal } from '@preact/signals';
import { Component } from 'preact';
import { duration } from '../format.ts';
import type { Entry } from './entry-log.ts';
import { type Frame, type Line, textOf } from './frames.ts';
import { VisibleText } from './visible-text.tsx';
import { wireWords } from './words.ts';

/** Of a longer frame the beginning is shown, until more is asked for. */
const SHOWN = 4_000;

/** As programs write them: not every font has the pictures of control characters. */
const ends = { '\n': '\\n', '\r': '\\r', '\r\n': '\\r\\n', '': '' } as const;

interface RowProps {
  entry: Entry;
  /** Shows the task as it was after the event of this id. */
  see?: ((id: string) => void) | undefined;
}

/** Something that has passed on the wire. Drawn once: it never changes, and a flood has very many. */
export class FrameRow extends Component<RowProps> {
  override shouldComponentUpdate() {
    return false;
  }

  override render(props: RowProps) {
    return <Passed {...props} />;
  }
}

function Passed({ entry, see }: RowProps) {
  const texts = wireWords().frames;
  switch (entry.kind) {
    case 'sent':
    case 'answered':
      return (
        <li class="passed" data-kind={entry.kind}>
          <Head at={entry.at} label={texts[entry.kind]} />
          <pre dir="ltr">
            <VisibleText text={entry.lines.join('\n')} />
          </pre>
        </li>
      );
    case 'over':
      return (
        <li class="passed" data-kind="over" data-why={entry.why}>
          <Head at={entry.at} label={texts.over[entry.why]} note={entry.detail} />
          {entry.rest && (
            <>
              <pre dir="ltr">
                <VisibleText text={entry.rest.slice(0, SHOWN)} />
              </pre>
              {entry.why !== 'refused' && <p class="soft small">{texts.cutOff}</p>}
            </>
          )}
        </li>
      );
    case 'frame':
      return <FrameItem at={entry.at} frame={entry.frame} see={see} />;
  }
}

function FrameItem({ at, frame, see }: { at: number; frame: Frame; see: RowProps['see'] }) {
  const { id, event } = frame;
  return (
    <li class="passed" data-kind="frame" data-event={event} data-id={id}>
      <Head at={at} label={event ?? labelOf(frame)} note={noteOf(frame)}>
        {id !== null && see && /^[1-9]\d*$/.test(id) && (
          // Not on the way of the tab key: the scrubber is there for who has no pointer.
          <button
            type="button"
            class="small quiet"
            tabIndex={-1}
            title={wireWords().frames.see(id)}
            onClick={() => see(id)}
          >
            id {id}
          </button>
        )}
      </Head>
      <FrameText lines={frame.lines} />
    </li>
  );
}

function Head({
  at,
  label,
  note,
  children,
}: {
  at: number;
  label: string;
  note?: string;
  children?: preact.ComponentChildren;
}) {
  return (
    <p class="passed-head small">
      <span class="soft at">+{duration(at)}</span>
      <strong class="name">
        <VisibleText text={label.slice(0, 100)} />
      </strong>
      {note && <span class="soft">{note}</span>}
      {children}
    </p>
  );
}

function FrameText({ lines }: { lines: readonly Line[] }) {
  const all = useSignal(false);
  const length = textOf(lines).length;
  let left = all.value ? length : SHOWN;
  const shown = lines.map((line) => {
    const text = line.text.slice(0, Math.max(0, left));
    left -= line.text.length + line.end.length;
    return { line, text };
  });
  return (
    <>
      <pre dir="ltr">
        {shown.map(({ line, text }, i) => (
          <LineText key={i} line={line} text={text} />
        ))}
      </pre>
      {length > SHOWN && !all.value && (
        <button
          type="button"
          class="small"
          onClick={() => {
            all.value = true;
          }}
        >
          {wireWords().frames.more(length - SHOWN)}
        </button>
      )}
    </>
  );
}

function LineText({ line: { part, end }, text }: { line: Line; text: string }) {
  const name = part.is === 'field' ? part.name : '';
  const known = ['data', 'event', 'id', 'retry'].includes(name) && text.startsWith(name);
  return (
    <span class="line" data-part={known ? name : part.is}>
      {known ? (
        <>
          <b>{name}</b>
          <VisibleText text={text.slice(name.length)} />
        </>
      ) : (
        <VisibleText text={text} />
      )}
      <i aria-hidden="true">{ends[end]}</i>
      {'\n'}
    </span>
  );
}

function labelOf({ lines, retry }: Frame): string {
  if (retry !== null) return 'retry';
  return lines.some(({ part }) => part.is === 'comment') ? wireWords().frames.comment : '';
}

function noteOf({ event, retry, lines }: Frame): string {
  const texts = wireWords().frames;
  const wait = retry === null ? '' : texts.wait(duration(retry));
  if (event !== null) return wait;
  if (retry !== null) return [texts.setting, wait].join(' · ');
  return lines.some(({ part }) => part.is === 'comment') ? texts.commentNote : texts.nothing;
}
