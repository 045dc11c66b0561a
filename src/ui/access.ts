/** Asks for the files of a waiting task again: a browser forgets what it was allowed to read when the last tab closes. */
import type { Client, Task } from '../client/index.ts';
import { words } from './format.ts';
import { fileIdsIn } from './json.ts';
import type { Notices } from './notices-model.ts';
import { allOf } from './pacing.ts';
import { strings } from './strings.ts';

const ASKED_AT_ONCE = 16;

/** True when every file may be read. Has to follow a click. */
export async function allowAgain(client: Client, { input }: Task, notices: Notices): Promise<boolean> {
  try {
    const found = await allOf(ASKED_AT_ONCE, fileIdsIn(input), client.fileHandle);
    const handles = found.filter((handle) => handle !== null);
    if (handles.length === 0) {
      notices.show(strings.notices.noHandles);
      return false;
    }
    for (const handle of handles) {
      const answer = (await handle.requestPermission?.({ mode: 'read' })) ?? 'granted';
      if (answer !== 'granted') {
        notices.show(strings.notices.notAllowed);
        return false;
      }
    }
    return true;
  } catch (error) {
    notices.show(strings.notices.notRead(words(error)));
    return false;
  }
}
