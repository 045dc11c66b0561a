import { useSignal, useSignalEffect } from '@preact/signals';
import { dropped, pasted } from './sources.ts';
import type { StartModel } from './start-model.ts';
import { strings } from './strings.ts';

/** The whole page takes files, dropped or pasted. While some are held over it, it says so. */
export function DropTarget({ start }: { start: StartModel }) {
  const over = useSignal(false);

  useSignalEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;
    const hold = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      over.value = true;
    };
    document.addEventListener('dragenter', hold, { signal });
    document.addEventListener('dragover', hold, { signal });
    document.addEventListener(
      'dragleave',
      ({ relatedTarget }) => {
        if (!relatedTarget) over.value = false;
      },
      { signal },
    );
    document.addEventListener(
      'drop',
      (event) => {
        over.value = false;
        if (!event.dataTransfer || !hasFiles(event)) return;
        event.preventDefault();
        start.dropped(dropped(event.dataTransfer));
      },
      { signal },
    );
    document.addEventListener(
      'paste',
      (event) => {
        const { clipboardData, target } = event;
        const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
        if (!clipboardData || (typing && clipboardData.files.length === 0)) return;
        event.preventDefault();
        start.dropped(Promise.resolve(pasted(clipboardData, strings.start.pasted)));
      },
      { signal },
    );
    return () => end.abort();
  });

  return over.value ? <div class="over">{strings.start.dropNow}</div> : null;
}
