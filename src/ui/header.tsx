import type { AppModel } from './app-model.ts';
import { Menu, stateOf } from './menu.tsx';
import { hrefOf, noFilter } from './route.ts';
import { strings } from './strings.ts';

export function Header({ app }: { app: AppModel }) {
  const { nav } = strings;
  const { view } = app.router.route.value;
  const stage = app.stage.value;
  const running = stage.kind === 'ready' ? stage.tasks.counts.value.running : 0;
  return (
    <header class="top">
      <button type="button" class="skip" onClick={toContent}>
        {strings.skip}
      </button>
      <a class="brand" href={hrefOf({ view: 'start', type: null, shared: null })}>
        <Anchor />
        <span>{strings.name}</span>
      </a>
      <nav aria-label={nav.label}>
        <a
          href={hrefOf({ view: 'start', type: null, shared: null })}
          aria-current={view === 'start' ? 'page' : undefined}
        >
          {nav.start}
        </a>
        <a
          href={hrefOf({ view: 'tasks', filter: noFilter })}
          aria-current={view === 'tasks' ? 'page' : view === 'task' || view === 'wire' ? 'true' : undefined}
        >
          {nav.tasks}
          {running > 0 && (
            <>
              {' '}
              <span class="count" aria-hidden="true">
                {running}
              </span>
              <span class="unseen">{nav.running(running)}</span>
            </>
          )}
        </a>
        <a href={hrefOf({ view: 'search', q: '' })} aria-current={view === 'search' ? 'page' : undefined}>
          {nav.search}
        </a>
        <a href={hrefOf({ view: 'lessons' })} aria-current={view === 'lessons' ? 'page' : undefined}>
          {nav.lessons}
        </a>
        <a
          href={hrefOf({ view: 'system' })}
          aria-current={view === 'system' ? 'page' : view === 'break' ? 'true' : undefined}
        >
          {nav.system}
        </a>
      </nav>
      {stage.kind !== 'unavailable' && (
        <button type="button" class="quiet state" popovertarget="menu" data-is={stateOf(app)}>
          <span>{strings.connection[stateOf(app)]}</span>
          <span class="unseen">{strings.menu.title}</span>
        </button>
      )}
      <Menu app={app} />
    </header>
  );
}

// A button and no link: the address's hash is the route.
const toContent = () => document.querySelector<HTMLElement>('main')?.focus();

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
