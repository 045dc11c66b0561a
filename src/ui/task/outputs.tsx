import { useSignal } from '@preact/signals';
import type { Client, Task } from '../../client/index.ts';
import { size, words } from '../format.ts';
import { LongList } from '../long-list.tsx';
import type { Notices } from '../notices-model.ts';
import { writeAll, writeTo } from '../save.ts';
import { unlessLeft } from '../sources.ts';
import { strings } from '../strings.ts';
import { Preview } from './preview.tsx';
import { kindOf } from './preview-kind.ts';

type Output = Task['files'][number];

interface OutputProps {
  task: Task;
  client: Client;
  notices: Notices;
  /** Begins a task that makes one ZIP of all of them. */
  zip(): void;
}

const STEP = 20;

export function Outputs({ task: { task_id, status, files }, client, notices, zip }: OutputProps) {
  const texts = strings.view;
  if (files.length === 0) return null;
  const urlOf = (name: string) => client.outputUrl(task_id, name);
  return (
    <section aria-labelledby="outputs-title">
      <div class="row between">
        <h2 id="outputs-title">{texts.files}</h2>
        {files.length > 1 && (
          <div class="row">
            <FolderButton files={files.map(({ name }) => ({ name, url: urlOf(name) }))} notices={notices} />
            {status === 'completed' && (
              <button type="button" class="small" onClick={zip}>
                {strings.result.zip(files.length)}
              </button>
            )}
          </div>
        )}
      </div>
      <LongList items={files} step={STEP}>
        {(shown) => (
          <ul class="outputs" aria-label={strings.result.outputs}>
            {shown.map((file) => (
              <OutputItem key={file.name} file={file} url={urlOf(file.name)} notices={notices} />
            ))}
          </ul>
        )}
      </LongList>
    </section>
  );
}

function OutputItem({ file, url, notices }: { file: Output; url: string; notices: Notices }) {
  const texts = strings.view;
  const open = useSignal(false);
  const kind = kindOf(file);
  return (
    <li>
      <p class="output">
        <bdi>{file.name}</bdi> <span class="soft small">{size(file.size)}</span>
      </p>
      <div class="row">
        {kind && (
          <button
            type="button"
            class="small"
            aria-expanded={open.value}
            aria-label={open.value ? texts.hideOf(file.name) : texts.previewOf(file.name)}
            onClick={() => {
              open.value = !open.value;
            }}
          >
            {open.value ? texts.hide : texts.preview}
          </button>
        )}
        <SaveButton file={file} url={url} notices={notices} />
      </div>
      {kind && open.value && <Preview file={file} kind={kind} url={url} notices={notices} />}
    </li>
  );
}

function SaveButton({ file: { name }, url, notices }: { file: Output; url: string; notices: Notices }) {
  const saving = useSignal(false);
  const pick = window.showSaveFilePicker?.bind(window);
  if (!pick) {
    // Without `download`: Chromium asks the network for such a link, past the service worker (measured, 156). The answer is an attachment.
    return (
      <a class="button small" href={url} aria-label={strings.result.save(name)}>
        {strings.view.save}
      </a>
    );
  }

  async function save(pick: NonNullable<Window['showSaveFilePicker']>) {
    if (saving.peek()) return;
    try {
      const target = await unlessLeft(pick({ suggestedName: name.split('/').at(-1) ?? name }));
      if (!target) return;
      saving.value = true;
      await writeTo(target, url);
    } catch (error) {
      notices.show(strings.notices.notSaved(name, words(error)));
    } finally {
      saving.value = false;
    }
  }

  return (
    <button
      type="button"
      class="small"
      aria-label={saving.value ? strings.result.saving(name) : strings.result.save(name)}
      aria-disabled={saving.value}
      onClick={() => save(pick)}
    >
      {saving.value ? strings.view.saving : strings.view.save}
    </button>
  );
}

function FolderButton({ files, notices }: { files: readonly { name: string; url: string }[]; notices: Notices }) {
  const texts = strings.view;
  const saved = useSignal<number | null>(null);
  const pick = window.showDirectoryPicker?.bind(window);
  if (!pick) return null;

  async function save(pick: NonNullable<Window['showDirectoryPicker']>) {
    if (saved.peek() !== null) return;
    try {
      const folder = await unlessLeft(pick({ mode: 'readwrite' }));
      if (!folder) return;
      saved.value = 0;
      await writeAll(folder, files, () => {
        saved.value = (saved.peek() ?? 0) + 1;
      });
      notices.say(texts.savedFolder(files.length));
    } catch (error) {
      notices.show(strings.notices.notSaved(files[saved.peek() ?? 0]?.name ?? '', words(error)));
    } finally {
      saved.value = null;
    }
  }

  return (
    <button type="button" class="small" aria-disabled={saved.value !== null} onClick={() => save(pick)}>
      {saved.value === null ? texts.folder : texts.savingFolder(saved.value, files.length)}
    </button>
  );
}
