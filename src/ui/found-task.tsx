import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { AppModel, Ready } from './app-model.ts';
import { Empty } from './empty.tsx';
import type { Row } from './row.ts';
import { strings } from './strings.ts';

type Found = { kind: 'loading' } | { kind: 'found'; row: Row } | { kind: 'gone' };

interface FoundProps {
  app: Ready;
  task_id: string;
  all: AppModel;
  children(row: Row): ComponentChildren;
}

/** What is shown of one task, once it is there; else that it is looked for, or is not here. */
export function FoundTask({ app, task_id, all, children }: FoundProps) {
  const texts = strings.task;
  const found = useSignal<Found>({ kind: 'loading' });
  useEffect(() => {
    scrollTo(0, 0);
    app.tasks.load(task_id).then((row) => {
      found.value = row ? { kind: 'found', row } : { kind: 'gone' };
    }, all.notices.failed);
  }, []);
  const gone = <Empty isAll title={texts.gone} about={texts.goneAbout} />;
  switch (found.value.kind) {
    case 'loading':
      return <p role="status">{texts.loading}</p>;
    case 'gone':
      return gone;
    case 'found':
      return found.value.row.gone.value ? gone : children(found.value.row);
  }
}
