/** The screen stays awake while tasks run, if the person has chosen so. */
import { effect } from '@preact/signals';
import type { Ready } from '../app-model.ts';
import { words } from '../format.ts';
import type { Notices } from '../notices-model.ts';
import { awake, choose } from '../preferences.ts';
import { strings } from '../strings.ts';
import { canKeepAwake } from './wishes.ts';

/** Returns the stop. */
export function keepAwake({ tasks }: Ready, notices: Notices): () => void {
  let held: WakeLockSentinel | null = null;
  let asking = false;

  async function settle() {
    const wanted = canKeepAwake && awake.peek() && tasks.counts.peek().running > 0 && !document.hidden;
    if (asking || wanted === (held !== null && !held.released)) return;
    asking = true;
    try {
      if (wanted) held = await navigator.wakeLock.request('screen');
      else {
        await held?.release();
        held = null;
      }
    } catch (error) {
      // A page that was hidden meanwhile gets none, and asks again when it is seen.
      if (document.hidden) return;
      choose.awake(false);
      notices.show(strings.manners.notAwake(words(error)));
    } finally {
      asking = false;
    }
    settle();
  }

  const stop = effect(() => {
    awake.value;
    tasks.counts.value;
    settle();
  });
  // The browser takes it away from a page that is hidden.
  document.addEventListener('visibilitychange', settle);
  return () => {
    stop();
    document.removeEventListener('visibilitychange', settle);
    held?.release().catch(() => {});
  };
}
