import type { AppModel } from './app-model.ts';
import { strings } from './strings.ts';

export function Header({ app }: { app: AppModel }) {
  return (
    <header class="top">
      <h1>
        <Anchor />
        {strings.name}
      </h1>
      <ConnectionState app={app} />
      <p class="claim">{strings.claim}</p>
      <p class="soft">{strings.terms}</p>
    </header>
  );
}

function ConnectionState({ app: { stage, online } }: { app: AppModel }) {
  const { connection } = strings;
  const connected = stage.value.kind === 'ready' ? stage.value.tasks.connected.value : null;
  if (stage.value.kind === 'unavailable') return null;
  const server = connected === null ? 'connecting' : connected ? 'connected' : 'lost';
  return (
    <ul class="state" aria-label={connection.label}>
      <li data-is={online.value ? 'good' : 'idle'}>{online.value ? connection.online : connection.offline}</li>
      <li data-is={server === 'connected' ? 'good' : 'idle'}>{connection[server]}</li>
    </ul>
  );
}

/** The drawing of the icon, in the color of the text. */
function Anchor() {
  return (
    <svg class="anchor" viewBox="90 90 332 332" aria-hidden="true">
      <circle cx="256" cy="146" r="34" />
      <path d="M256 180V384M196 226H316" />
      <path d="M256 384C186 384 138 344 132 280M256 384C326 384 374 344 380 280" />
      <path d="M104 312L132 276L166 306M408 312L380 276L346 306" />
    </svg>
  );
}
