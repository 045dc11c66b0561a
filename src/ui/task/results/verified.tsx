import { LongList } from '../../long-list.tsx';
import { strings } from '../../strings.ts';
import type { Verified } from './shapes.ts';

const STEP = 100;
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
      <LongList items={files} step={STEP}>
        {(shown) => (
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">{strings.result.file}</th>
                <th scope="col">{texts.state}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ name, state, expected, actual }, at) => (
                <tr key={at}>
                  <th scope="row">
                    <bdi>{name}</bdi>
                    {state === 'differs' && (
                      <span class="digests soft">
                        {texts.expected} <code>{expected}</code>
                        <br />
                        {texts.actual} <code>{actual}</code>
                      </span>
                    )}
                  </th>
                  <td data-state={state}>{texts.states[state]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </LongList>
    </>
  );
}
