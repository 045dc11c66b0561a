import type { AppModel, Ready } from '../app-model.ts';
import { hrefOf } from '../route.ts';
import { useHeading } from '../use-heading.ts';
import { ErasePanel } from './erase-panel.tsx';
import { FactsPanel } from './facts-panel.tsx';
import { LimitsForm } from './limits-form.tsx';
import { ServerPanel } from './server-panel.tsx';
import { StoragePanel } from './storage-panel.tsx';
import { systemStrings } from './strings.ts';
import '../panel.css';
import './system.css';
import { TransferPanel } from './transfer-panel.tsx';
import { useHealth } from './use-health.ts';
import { WorkPanel } from './work-panel.tsx';

export function SystemPage({ app, all }: { app: Ready; all: AppModel }) {
  const texts = systemStrings();
  const title = useHeading();
  const { health, look } = useHealth(app.client, all.notices);
  return (
    <main tabIndex={-1} class="system">
      <header class="row between">
        <h1 ref={title} tabIndex={-1}>
          {texts.title}
        </h1>
        <a href={hrefOf({ view: 'break' })}>{texts.toBreak}</a>
      </header>
      <div class="panels">
        <ServerPanel health={health.value} update={all.update} />
        <WorkPanel health={health.value} app={app} />
        <LimitsForm client={app.client} />
        <StoragePanel health={health.value} look={look} />
        <TransferPanel client={app.client} look={look} />
        <FactsPanel />
        <ErasePanel client={app.client} counts={app.tasks.counts.value} health={health.value} />
      </div>
    </main>
  );
}
