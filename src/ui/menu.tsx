import { useSignal } from '@preact/signals';
import type { Health } from '../client/index.ts';
import type { AppModel } from './app-model.ts';
import { Fact } from './fact.tsx';
import { size } from './format.ts';
import { Switches } from './manners/switches.tsx';
import { choose, language, type Theme, theme } from './preferences.ts';
import { type Language, languages, strings } from './strings.ts';

/** How the page and its server are, in one word. */
export function stateOf({ stage, online }: AppModel): 'connecting' | 'connected' | 'offline' | 'lost' {
  const connected = stage.value.kind === 'ready' ? stage.value.tasks.connected.value : null;
  if (connected === null) return 'connecting';
  if (!connected) return 'lost';
  return online.value ? 'connected' : 'offline';
}

export function Menu({ app }: { app: AppModel }) {
  const health = useSignal<Health | null>(null);
  const texts = strings.menu;

  async function look({ newState }: { newState: string }) {
    const stage = app.stage.peek();
    if (newState !== 'open' || stage.kind !== 'ready') return;
    try {
      health.value = await stage.client.health();
    } catch (error) {
      app.notices.failed(error);
    }
  }

  return (
    <div id="menu" class="sheet" popover="auto" role="dialog" aria-label={texts.title} onToggle={look}>
      <p>{strings.connection.about[stateOf(app)]}</p>
      {health.value && <HealthFacts health={health.value} />}
      <fieldset class="choice">
        <legend>{texts.theme}</legend>
        {Object.entries(texts.themes).map(([name, label]) => (
          <label key={name}>
            <input
              type="radio"
              name="theme"
              checked={theme.value === name}
              onChange={() => choose.theme(name as Theme)}
            />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <fieldset class="choice">
        <legend>{texts.language}</legend>
        {Object.entries(languages).map(([name, label]) => (
          <label key={name}>
            <input
              type="radio"
              name="language"
              checked={language.value === name}
              onChange={() => choose.language(name as Language)}
            />
            <span lang={name}>{label}</span>
          </label>
        ))}
      </fieldset>
      <Switches notices={app.notices} />
      <button
        type="button"
        onClick={({ currentTarget }) => {
          currentTarget.closest<HTMLElement>('[popover]')?.hidePopover();
          app.keysShown.value = true;
        }}
      >
        {texts.keys} <kbd>?</kbd>
      </button>
    </div>
  );
}

function HealthFacts({ health }: { health: Health }) {
  const texts = strings.menu;
  const { running, running_limit, executors, storage_used, storage_quota, persisted, version } = health;
  const facts: [string, string][] = [
    [texts.running, texts.runningOf(running, running_limit)],
    [texts.tabs, String(executors)],
    ...(storage_used === null || storage_quota === null
      ? []
      : [[texts.storage, texts.used(size(storage_used), size(storage_quota))] satisfies [string, string]]),
    [texts.kept, persisted ? texts.persisted : texts.evictable],
    [texts.version, version],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
  );
}
