import type { Notices } from '../notices-model.ts';
import { awake, choose, notify } from '../preferences.ts';
import { strings } from '../strings.ts';
import { canKeepAwake, canNotify, wantNotifications } from './wishes.ts';

/** What the person may want while tasks run. */
export function Switches({ notices }: { notices: Notices }) {
  const texts = strings.manners;
  return (
    <>
      {canNotify && (
        <label class="check">
          <input
            type="checkbox"
            checked={notify.value}
            onChange={async ({ currentTarget }) => {
              if (!currentTarget.checked) return choose.notify(false);
              // What was refused is not switched on.
              currentTarget.checked = await wantNotifications(notices);
            }}
          />
          {texts.notify}
        </label>
      )}
      {canKeepAwake && (
        <label class="check">
          <input
            type="checkbox"
            checked={awake.value}
            onChange={({ currentTarget }) => choose.awake(currentTarget.checked)}
          />
          {texts.awake}
        </label>
      )}
    </>
  );
}
