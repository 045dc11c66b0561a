import type { Notices } from './notices-model.ts';
import { strings } from './strings.ts';

export function NoticeList({ notices }: { notices: Notices }) {
  return (
    <>
      <p class="unseen" aria-live="polite">
        {notices.spoken}
      </p>
      <section class="notices" role="alert" aria-label={strings.notices.label}>
        {notices.list.value.map(({ id, text }) => (
          <p key={id} class="notice" data-is="bad">
            <span>{text}</span>
            <button type="button" onClick={() => notices.dismiss(id)}>
              {strings.notices.dismiss}
            </button>
          </p>
        ))}
      </section>
    </>
  );
}
