import { type Signal, useSignal } from '@preact/signals';
import type { Health } from '../../client/index.ts';
import type { Update } from '../app-model.ts';
import { Fact } from '../fact.tsx';
import { duration, words } from '../format.ts';
import { lookForUpdate } from '../updates.ts';
import { Panel } from './panel.tsx';
import { systemStrings } from './strings.ts';

type Search = { kind: 'none' } | { kind: 'looking' } | { kind: 'newest' } | { kind: 'failed'; words: string };

export function ServerPanel({ health, update }: { health: Health | null; update: Signal<Update> }) {
  const texts = systemStrings().server;
  const { controller } = navigator.serviceWorker;
  return (
    <Panel id="server" title={texts.title} about={texts.about}>
      <dl class="facts">
        <Fact name={texts.worker} value={controller ? texts.states.controls : texts.states.waits} />
        {controller && <Fact name={texts.script} value={new URL(controller.scriptURL).pathname} />}
        {health && (
          <>
            <Fact name={texts.version} value={health.version} />
            <Fact name={texts.since} value={duration(health.uptime_ms)} />
            <Fact name={texts.streams} value={String(health.open_streams)} />
          </>
        )}
      </dl>
      <p class="soft small">{texts.sinceAbout}</p>
      {health && health.version !== __HOLDFAST_VERSION__ && <p>{texts.pageVersion(__HOLDFAST_VERSION__)}</p>}
      <UpdateSearch update={update} />
    </Panel>
  );
}

function UpdateSearch({ update }: { update: Signal<Update> }) {
  const texts = systemStrings().server;
  const search = useSignal<Search>({ kind: 'none' });
  const now = update.value;

  async function look() {
    if (search.peek().kind === 'looking') return;
    search.value = { kind: 'looking' };
    try {
      const found = await lookForUpdate();
      search.value = found ? { kind: 'none' } : { kind: 'newest' };
    } catch (error) {
      search.value = { kind: 'failed', words: words(error) };
    }
  }

  if (now.kind !== 'none') {
    return (
      <div class="row">
        <p>{texts.ready}</p>
        <button
          type="button"
          class="first"
          aria-disabled={now.kind === 'applying'}
          onClick={() => now.kind === 'ready' && now.apply()}
        >
          {now.kind === 'ready' ? texts.apply : texts.applying}
        </button>
      </div>
    );
  }
  const { kind } = search.value;
  return (
    <div class="row">
      <button type="button" aria-disabled={kind === 'looking'} onClick={look}>
        {kind === 'looking' ? texts.looking : texts.look}
      </button>
      <p role="status">
        {search.value.kind === 'failed' ? texts.failed(search.value.words) : kind === 'newest' && texts.none}
      </p>
    </div>
  );
}
