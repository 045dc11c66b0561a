import { useSignal } from '@preact/signals';
import { LongList } from '../long-list.tsx';
import { strings } from '../strings.ts';

const STEP = 100;
/** Deeper than this nothing is open at first. */
const OPEN = 1;

/** Any JSON value: its parts folded, its texts as text. */
export function ValueTree({ value, depth = 0 }: { value: unknown; depth?: number }) {
  if (typeof value !== 'object' || value === null) {
    return <bdi class="value">{typeof value === 'string' ? value : String(value)}</bdi>;
  }
  const entries = Object.entries(value);
  return (
    <LongList items={entries} step={STEP}>
      {(shown) => (
        <ul class="tree">
          {shown.map(([key, part]) => (
            <li key={key}>
              <Entry name={key} value={part} depth={depth} />
            </li>
          ))}
        </ul>
      )}
    </LongList>
  );
}

function Entry({ name, value, depth }: { name: string; value: unknown; depth: number }) {
  const open = useSignal(depth < OPEN);
  if (typeof value !== 'object' || value === null) {
    return (
      <>
        <bdi class="soft">{name}</bdi> <ValueTree value={value} />
      </>
    );
  }
  return (
    <details
      open={open.value}
      onToggle={({ currentTarget }) => {
        open.value = currentTarget.open;
      }}
    >
      <summary>
        <bdi>{name}</bdi> <span class="soft">{strings.view.items(Object.keys(value).length)}</span>
      </summary>
      {/* Drawn when it is seen: somebody's JSON may be deeper than the stack, and wider than the memory. */}
      {open.value && <ValueTree value={value} depth={depth + 1} />}
    </details>
  );
}
