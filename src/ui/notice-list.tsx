import type { Notice, Notices } from './notices-model.ts';
import { strings } from './strings.ts';

export function NoticeList({ notices }: { notices: Notices }) {
  const all = notices.list.value;
  return (
    <>
      <p class="unseen" aria-live="polite">
        {notices.spoken}
      </p>
      <section
        class="notices"
        aria-label={strings.notices.label}
        onPointerEnter={() => notices.hold(true)}
        onPointerLeave={() => notices.hold(false)}
        onFocusIn={() => notices.hold(true)}
        onFocusOut={() => notices.hold(false)}
      >
        <div class="notice-group" role="alert">
          {all
            .filter(({ bad }) => bad)
            .map((notice) => (
              <NoticeItem key={notice.id} notice={notice} notices={notices} />
            ))}
        </div>
        <div class="notice-group" role="status">
          {all
            .filter(({ bad }) => !bad)
            .map((notice) => (
              <NoticeItem key={notice.id} notice={notice} notices={notices} />
            ))}
        </div>
      </section>
    </>
  );
}

function NoticeItem({ notice: { id, text, bad, action }, notices }: { notice: Notice; notices: Notices }) {
  return (
    <p class="notice" data-is={bad ? 'bad' : 'plain'}>
      <span class="notice-text">
        <bdi>{text}</bdi>
      </span>
      {action && (
        <button type="button" class="first" onClick={() => notices.act(id)}>
          {action.label}
        </button>
      )}
      <button type="button" onClick={() => notices.dismiss(id)}>
        {strings.notices.dismiss}
      </button>
    </p>
  );
}
