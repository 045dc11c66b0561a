import type { ComponentChildren } from 'preact';
import { LongList } from '../../long-list.tsx';
import { strings } from '../../strings.ts';

const STEP = 100;

interface Row {
  name: string;
  /** Under the name, or behind it. */
  more?: ComponentChildren;
  value: ComponentChildren;
  /** Gives the value its color. */
  state?: string;
}

/** What a job says of each file, in two columns. */
export function FileTable<File>(props: {
  files: readonly File[];
  /** The second column's. */
  title: string;
  children: (file: File) => Row;
}) {
  return (
    <LongList items={props.files} step={STEP}>
      {(shown) => (
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{strings.result.file}</th>
              <th scope="col">{props.title}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(props.children).map(({ name, more, value, state }, at) => (
              <tr key={at}>
                <th scope="row">
                  <bdi>{name}</bdi>
                  {more}
                </th>
                <td data-state={state}>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </LongList>
  );
}
