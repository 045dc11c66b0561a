/** The words of the wire and of the lessons: they come with these views, and not with the first paint. What they are for is in `strings.ts`. */
import { language } from '../preferences.ts';
import { lessonWords, zhLessonWords } from './lesson-words.ts';

const events = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'event' : 'events'}`;

const en = {
  lessons: lessonWords,

  back: 'The task',
  title: (task: string) => `Wire of ${task}`,
  about:
    'What goes over the wire between the server in this page and a program that follows the task: the text of its event stream, character by character, as it comes. Break it where you like; nothing is lost, because each event is on disk before it is sent.',
  learn: 'What is this? Server-Sent Events in five minutes',

  connection: {
    state: {
      idle: 'Not connected.',
      opening: 'Connecting…',
      open: 'Open: events come as they happen.',
      finished: 'Over: the task has ended, and everything was sent.',
      refused: 'Refused; the answer says why.',
    },
    lost: (wait: string, id: string | null) =>
      `The stream has ended before its task. In ${wait} it is asked for again${id === null ? '' : ` with Last-Event-ID: ${id}`}.`,
    dropped: (wait: string | null, id: string | null) =>
      `Dropped by you. A client would wait ${wait ?? 'as long as it thinks right'}${wait === null ? '' : ' (the last retry)'} and then ask again, ${id === null ? 'from the beginning: no id has come yet' : `with Last-Event-ID: ${id}`}.`,
    drop: 'Drop the connection',
    goOn: (id: string) => `Go on after ${id}`,
    begin: 'From the beginning',
    after: 'Resume from id',
    resume: 'Resume',
    clear: 'Clear',
  },

  frames: {
    title: 'Frames',
    label: 'Frames, the oldest first',
    none: 'Nothing yet.',
    earlier: (count: number) =>
      `${count.toLocaleString('en')} earlier ${count === 1 ? 'one is' : 'ones are'} not kept here; resume from an id to see more again.`,
    sent: 'request',
    answered: 'answer',
    comment: 'comment',
    commentNote: 'keeps the connection alive, no event',
    setting: 'a setting for the client, no event',
    nothing: 'no event',
    wait: (ms: string) => `wait ${ms} before coming back`,
    over: {
      dropped: 'dropped by you',
      ended: 'the server has ended the stream',
      broke: 'the connection broke',
      refused: 'refused',
    },
    cutOff: 'cut off, so a client throws it away',
    see: (n: string) => `See the task as it was after event ${n}`,
    moreRows: (count: number) => `Show ${count.toLocaleString('en')} earlier`,
    more: (count: number) => `Show ${count.toLocaleString('en')} more characters`,
    control: (code: string) => `the character ${code}`,
  },

  past: {
    title: 'The task after an event',
    about:
      'A task is the fold of its events. Move to any of them: this is what the server makes of the log up to there.',
    slider: 'Event',
    number: 'Number of the event',
    previous: 'One event back',
    next: 'One event on',
    place: (n: number, last: number) => `After event ${n.toLocaleString('en')} of ${events(last)}`,
    follows: (n: number) => `As it is now, after ${events(n)}`,
    trimmed: (first: number) =>
      `The log was trimmed: how the task was before event ${first.toLocaleString('en')} is not known any more.`,
    loading: 'Folding…',
    failed: (words: string) => `It cannot be told: ${words}`,
    changed: 'changed by this event',
  },

  snippets: {
    title: 'Do it yourself',
    about: (after: string | null) =>
      `For the console of this page, or your own program: ${after === null ? 'from the beginning' : `after event ${after}`}.`,
    kind: 'With',
    copy: 'Copy',
    copyOne: (kind: string) => `Copy the lines with ${kind}`,
    notes: {
      fetch: 'The raw text, as above. You parse it, and you come back after a loss.',
      watch: 'The client of this app: parsed, and it comes back by itself after any loss, in every browser.',
      EventSource: 'Built into every browser. It comes back by itself, but see below.',
    },
  },

  beside: {
    title: 'A real EventSource beside it',
    about:
      'The same stream, read by your browser. It shows a program less: no comments, no retry, no frames, only calls. When its connection is lost it comes back by itself with Last-Event-ID; but Chromium hides that header from service workers, so there it gets the log from the beginning, and after its service worker was killed it stays closed. That is why watch uses fetch.',
    open: 'Open an EventSource',
    close: 'Close it',
    label: 'Calls of the program, the oldest first',
    none: 'No call yet.',
    lastId: (id: string) => `lastEventId ${id}`,
    state: {
      none: 'There is none.',
      connecting: 'readyState 0: connecting, or waiting to come back',
      open: 'readyState 1: open',
      closed: 'readyState 2: closed for good',
    },
  },
};

export type WireWords = typeof en;

const zh: WireWords = {
  lessons: zhLessonWords,

  back: '任务',
  title: (task) => `${task}的线路`,
  about:
    '页面里的服务器与跟随任务的程序之间,线路上经过的东西:事件流的文本,一字不差,随到随显示。想在哪里断开都行;什么都不会丢,因为每个事件先写入磁盘再发送。',
  learn: '这是什么?五分钟了解 Server-Sent Events',

  connection: {
    state: {
      idle: '未连接。',
      opening: '正在连接…',
      open: '已打开:事件一发生就会到来。',
      finished: '已结束:任务已完结,全部内容都已发送。',
      refused: '被拒绝;原因见应答。',
    },
    lost: (wait, id) => `流在任务结束之前断了。${wait}后会再次请求${id === null ? '' : `,带上 Last-Event-ID: ${id}`}。`,
    dropped: (wait, id) =>
      `已由你断开。客户端会等待${wait === null ? '它认为合适的时间' : ` ${wait}(最近的 retry)`},然后再次请求,${id === null ? '从头开始:还没有收到 id' : `带上 Last-Event-ID: ${id}`}。`,
    drop: '断开连接',
    goOn: (id) => `从 ${id} 之后继续`,
    begin: '从头开始',
    after: '从此 id 继续',
    resume: '继续',
    clear: '清空',
  },

  frames: {
    title: '帧',
    label: '帧,最早的在前',
    none: '还没有。',
    earlier: (count) => `更早的 ${count.toLocaleString('zh')} 条不在这里保留;从某个 id 继续即可再看。`,
    sent: '请求',
    answered: '应答',
    comment: '注释',
    commentNote: '保持连接,不是事件',
    setting: '给客户端的设置,不是事件',
    nothing: '不是事件',
    wait: (ms) => `等待 ${ms} 再回来`,
    over: { dropped: '由你断开', ended: '服务器结束了流', broke: '连接中断', refused: '被拒绝' },
    cutOff: '被截断,客户端会丢弃',
    see: (n) => `查看事件 ${n} 之后的任务`,
    moreRows: (count) => `显示更早的 ${count.toLocaleString('zh')} 条`,
    more: (count) => `再显示 ${count.toLocaleString('zh')} 个字符`,
    control: (code) => `字符 ${code}`,
  },

  past: {
    title: '某个事件之后的任务',
    about: '任务是其事件的折叠。移到任何一个事件:这就是服务器由到那里为止的日志得出的结果。',
    slider: '事件',
    number: '事件编号',
    previous: '后退一个事件',
    next: '前进一个事件',
    place: (n, last) => `事件 ${n.toLocaleString('zh')} 之后,共 ${last.toLocaleString('zh')} 个`,
    follows: (n) => `当前状态,已有 ${n.toLocaleString('zh')} 个事件`,
    trimmed: (first) => `日志已被裁剪:事件 ${first.toLocaleString('zh')} 之前的任务已无法得知。`,
    loading: '正在折叠…',
    failed: (words) => `无法得知:${words}`,
    changed: '由此事件改变',
  },

  snippets: {
    title: '自己动手',
    about: (after) => `可用于本页的控制台或你自己的程序:${after === null ? '从头开始' : `从事件 ${after} 之后开始`}。`,
    kind: '使用',
    copy: '复制',
    copyOne: (kind) => `复制使用 ${kind} 的代码`,
    notes: {
      fetch: '原始文本,与上面相同。解析和断线后的恢复由你来做。',
      watch: '本应用的客户端:已解析,在任何浏览器里断线后都会自己恢复。',
      EventSource: '每个浏览器都内置。会自己恢复,但请看下文。',
    },
  },

  beside: {
    title: '旁边放一个真正的 EventSource',
    about:
      '同一条流,由你的浏览器读取。程序看到的更少:没有注释、没有 retry、没有帧,只有调用。断线后它会自己带着 Last-Event-ID 回来;但 Chromium 不让 service worker 看到这个头,所以在那里它会从头收到日志,而在 service worker 被杀之后它会一直关闭。因此 watch 使用 fetch。',
    open: '打开一个 EventSource',
    close: '关闭它',
    label: '程序的调用,最早的在前',
    none: '还没有调用。',
    lastId: (id) => `lastEventId ${id}`,
    state: {
      none: '还没有。',
      connecting: 'readyState 0:正在连接,或等待恢复',
      open: 'readyState 1:已打开',
      closed: 'readyState 2:已永久关闭',
    },
  },
};

/** In the language that was chosen last. Read when they are shown, never kept. */
export const wireWords = (): WireWords => (language.peek() === 'zh' ? zh : en);
