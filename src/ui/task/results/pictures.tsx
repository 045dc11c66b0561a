import { size } from '../../format.ts';
import { LongList } from '../../long-list.tsx';
import { strings } from '../../strings.ts';
import type { Pictures } from './shapes.ts';

const STEP = 60;

export function PictureList({ result: { before, after, files } }: { result: Pictures }) {
  const texts = strings.view;
  return (
    <>
      <p>{texts.pictures(size(before), size(after))}</p>
      <LongList items={files} step={STEP}>
        {(shown) => (
          <ul class="pictures">
            {shown.map(({ name, from, to, thumbnail, error }, at) => (
              <li key={at}>
                {thumbnail && <img src={thumbnail} alt="" />}
                <p>
                  <bdi>{to?.name ?? name}</bdi>
                  {from && to && (
                    <span class="soft small">
                      {sidesOf(from)}, {size(from.bytes)} → {sidesOf(to)}, {size(to.bytes)}
                    </span>
                  )}
                  {error && (
                    <span class="small" data-is="bad">
                      {texts.leftOut}: {error}
                    </span>
                  )}
                </p>
              </li>
            ))}
          </ul>
        )}
      </LongList>
    </>
  );
}

const sidesOf = ({ width, height }: { width: number; height: number }) => `${width} × ${height}`;
