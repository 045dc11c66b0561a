import { useSignal } from '@preact/signals';
import type { Client, Task } from '../client/index.ts';
import { size, words } from './format.ts';
import type { Notices } from './notices-model.ts';
import { unlessLeft } from './sources.ts';
import { strings } from './strings.ts';

type Output = Task['files'][number];

interface OutputProps {
  task: Task;
  client: Client;
  notices: Notices;
  /** Begins a task that makes one ZIP of all of them. */
  zip(): void;
}

/** More than these nobody saves one by one. */
const SHOWN = 20;

export function OutputFiles({ task: { task_id, status, files }, client, notices, zip }: OutputProps) {
  if (files.length === 0) return null;
  return (
    <ul class="row outputs" aria-label={strings.result.outputs}>
      {files.length > 1 && status === 'completed' && (
        <li>
          <button type="button" onClick={zip}>
            {strings.result.zip(files.length)}
          </button>
        </li>
      )}
      {files.slice(0, SHOWN).map((file) => (
        <li key={file.name}>
          <SaveButton file={file} url={client.outputUrl(task_id, file.name)} notices={notices} />
          <span class="soft small">{size(file.size)}</span>
        </li>
      ))}
    </ul>
  );
}

function SaveButton({ file: { name }, url, notices }: { file: Output; url: string; notices: Notices }) {
  const saving = useSignal(false);
  const pick = window.showSaveFilePicker?.bind(window);
  if (!pick) {
    // Without `download`: Chromium asks the network for such a link, past the service worker (measured, 156). The answer is an attachment.
    return <a href={url}>{strings.result.save(name)}</a>;
  }

  async function save(pick: NonNullable<Window['showSaveFilePicker']>) {
    if (saving.peek()) return;
    try {
      const target = await unlessLeft(pick({ suggestedName: name }));
      if (!target) return;
      saving.value = true;
      const [{ body, ok, status }, writable] = await Promise.all([fetch(url), target.createWritable()]);
      if (!ok || !body) {
        await writable.abort();
        throw new Error(`HTTP ${status}`);
      }
      await body.pipeTo(writable);
    } catch (error) {
      notices.show(strings.notices.notSaved(name, words(error)));
    } finally {
      saving.value = false;
    }
  }

  return (
    <button type="button" class="small" aria-disabled={saving.value} onClick={() => save(pick)}>
      {saving.value ? strings.result.saving(name) : strings.result.save(name)}
    </button>
  );
}
