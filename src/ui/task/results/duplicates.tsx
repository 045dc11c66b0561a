import { size } from '../../format.ts';
import { LongList } from '../../long-list.tsx';
import { strings } from '../../strings.ts';
import type { Duplicates } from './shapes.ts';

const STEP = 50;
const NAMES = 50;
/** Open at first: as many as a screen holds. */
const OPEN = 5;

export function DuplicateGroups({ result: { groups, freeable } }: { result: Duplicates }) {
  const texts = strings.view;
  return (
    <>
      <p>{texts.duplicates(groups.length, size(freeable))}</p>
      <LongList items={groups} step={STEP}>
        {(shown) => (
          <ul class="groups">
            {shown.map((group, at) => (
              <li key={at}>
                <details open={at < OPEN}>
                  <summary>{texts.group(group.names.length, size(group.size), size(group.freeable))}</summary>
                  <LongList items={group.names} step={NAMES}>
                    {(names) => (
                      <ul class="names-list">
                        {names.map((name, i) => (
                          <li key={i}>
                            <bdi>{name}</bdi>
                          </li>
                        ))}
                      </ul>
                    )}
                  </LongList>
                </details>
              </li>
            ))}
          </ul>
        )}
      </LongList>
    </>
  );
}
