import { useSignal } from '@preact/signals';
import type { Health } from '../../client/index.ts';
import { Fact } from '../fact.tsx';
import { size } from '../format.ts';
import { Panel } from './panel.tsx';
import { systemStrings } from './strings.ts';

export function StoragePanel({ health, look }: { health: Health | null; look(): Promise<void> }) {
  const texts = systemStrings().storage;
  const refused = useSignal(false);
  const canAsk = typeof navigator.storage?.persist === 'function';

  async function keep() {
    refused.value = !(await navigator.storage.persist());
    await look();
  }

  if (!health) return <Panel id="storage" title={texts.title} children={null} />;
  const { storage_used: used, storage_quota: quota, persisted } = health;
  return (
    <Panel id="storage" title={texts.title}>
      {used === null || quota === null ? (
        <p>{texts.unknown}</p>
      ) : (
        <>
          <dl class="facts">
            <Fact name={texts.used} value={size(used)} />
            <Fact name={texts.left} value={size(Math.max(0, quota - used))} />
          </dl>
          <meter aria-label={texts.label} max={quota} value={used} high={quota * 0.9} />
        </>
      )}
      <p role="status">{persisted ? texts.persisted : refused.value ? texts.refused : texts.evictable}</p>
      {!persisted &&
        (canAsk ? (
          <button type="button" onClick={keep}>
            {texts.keep}
          </button>
        ) : (
          <p class="soft small">{texts.cannot}</p>
        ))}
    </Panel>
  );
}
