import { strings } from '../../strings.ts';
import { FileTable } from './file-table.tsx';
import type { Verified } from './shapes.ts';

/** What is wrong comes first. */
const order = ['differs', 'missing', 'extra', 'ok'] as const;

export function VerifiedFiles({ result }: { result: Verified }) {
  const texts = strings.view;
  const files = result.files.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  return (
    <>
      <ul class="tally">
        {order
          .toReversed()
          .filter((state) => result[state] > 0)
          .map((state) => (
            <li key={state} data-state={state}>
              <strong>{result[state].toLocaleString(strings.locale)}</strong> {texts.states[state]}
            </li>
          ))}
      </ul>
      <FileTable files={files} title={texts.state}>
        {({ name, state, expected, actual }) => ({
          name,
          more: state === 'differs' && (
            <span class="digests soft">
              {texts.expected} <code>{expected}</code>
              <br />
              {texts.actual} <code>{actual}</code>
            </span>
          ),
          value: texts.states[state],
          state,
        })}
      </FileTable>
    </>
  );
}
