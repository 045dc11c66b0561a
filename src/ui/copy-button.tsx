import { useSignal } from '@preact/signals';
import { words } from './format.ts';
import type { Notices } from './notices-model.ts';
import { strings } from './strings.ts';

const SHOWN_MS = 2_000;

interface CopyProps {
  text(): string;
  notices: Notices;
  /** For a button whose place alone says what it copies. */
  label?: string;
  children: string;
}

export function CopyButton({ text, notices, label, children }: CopyProps) {
  const copied = useSignal(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text());
      notices.say(strings.result.copied);
      copied.value = true;
      setTimeout(() => {
        copied.value = false;
      }, SHOWN_MS);
    } catch (error) {
      notices.show(strings.notices.notCopied(words(error)));
    }
  }
  return (
    <button type="button" class="small" onClick={copy} {...(label ? { 'aria-label': label } : {})}>
      {copied.value ? strings.result.copied : children}
    </button>
  );
}
