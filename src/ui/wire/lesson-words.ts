/** What the lessons say, in each language. A word between backquotes is code. */

interface LessonText {
  title: string;
  /** Paragraphs before the demonstration, and what to look at in it. */
  about: readonly string[];
  look: string;
}

interface ComparisonRow {
  what: string;
  sse: string;
  polling: string;
  websocket: string;
}

export interface LessonWords {
  title: string;
  about: readonly string[];
  start: string;
  again: string;
  stop: string;
  drop: string;
  goOn: string;
  wire: string;
  program: string;
  wireLabel(title: string): string;
  programLabel(title: string): string;
  code(title: string): string;
  /** A demonstration's state, said to who cannot see it. */
  runs: string;
  stopped: string;
  dropped(id: string | null): string;
  over: string;
  lessons: { messages: LessonText; names: LessonText; ids: LessonText };
  next: { title: string; about: string; go: string; starting: string };
  comparison: {
    title: string;
    about: string;
    question: string;
    polling: string;
    rows: readonly ComparisonRow[];
  };
}

export const lessonWords: LessonWords = {
  title: 'Server-Sent Events in five minutes',
  about: [
    'A page usually asks, and the server answers once. With Server-Sent Events (SSE) the page asks once and the answer stays open: whenever something happens, the server adds a few lines of text to it. Nothing else is new: it is one long HTTP answer of the type `text/event-stream`.',
    'The three streams here are real. Each demonstration shows on one side the text on the wire, and on the other what a program gets that reads the stream with the browser’s own `EventSource`.',
  ],
  start: 'Start',
  again: 'Start again',
  stop: 'Stop',
  drop: 'Drop the connection',
  goOn: 'Resume',
  wire: 'On the wire',
  program: 'In the program',
  wireLabel: (title) => `On the wire: ${title}`,
  programLabel: (title) => `In the program: ${title}`,
  code: (title) => `The program: ${title}`,
  runs: 'It runs.',
  stopped: 'Stopped.',
  dropped: (id) =>
    id === null
      ? 'The connection is gone. No id has come yet, so a client would begin again.'
      : `The connection is gone. The last id was ${id}: a client comes back with Last-Event-ID: ${id}.`,
  over: 'The server has sent everything and ended the stream.',
  lessons: {
    messages: {
      title: '1. Messages',
      about: [
        'A frame is a line `data: …` and an empty line. The empty line says: that was all of it, hand it over. `EventSource` then calls `onmessage` with the text after `data: `.',
      ],
      look: 'One frame a second, ten in all. The last one brings a line `retry: 3600000`: how many milliseconds to wait before coming back. Without it `EventSource` would take the end for a loss and ask again after some seconds, for good. That is why it then calls `onerror`, and waits.',
    },
    names: {
      title: '2. Named events',
      about: [
        'A line `event: progress` gives the event a name. It then goes to the function that was added for this name, and no longer to `onmessage`.',
      ],
      look: 'Two frames, `progress` and `complete`. `onmessage` is not called. When a program has what it wanted it calls `close()`, or `EventSource` would come back.',
    },
    ids: {
      title: '3. Ids, and going on after a loss',
      about: [
        'A line `id: 7` is a bookmark. The browser remembers the last one. When the connection is lost it asks again by itself and says `Last-Event-ID: 7`; a server that keeps its events goes on with 8. Nothing is missed, and nothing comes twice.',
      ],
      look: 'Wait for some ids, then drop the connection, and resume: look at the request, and at the first id after it. A program that opens a new `EventSource` cannot set the header, so here it asks with `?last_event_id=` instead.',
    },
  },
  next: {
    title: 'Now with a real task',
    about:
      'A task of ten steps, and its wire: with heartbeats, retries, log lines and an end. Drop it in the middle, and come back.',
    go: 'Start a task and watch its wire',
    starting: 'Starting…',
  },
  comparison: {
    title: 'SSE, polling, WebSocket: what each is for',
    about: 'None of them is best. Take the simplest that does what you need.',
    question: 'Question',
    polling: 'Polling',
    rows: [
      {
        what: 'Who speaks?',
        sse: 'The server, whenever it likes. The page speaks with other requests.',
        polling: 'The page asks again and again; the server answers each time.',
        websocket: 'Both, at any time.',
      },
      {
        what: 'How soon?',
        sse: 'At once.',
        polling: 'After half the interval, on average. Most answers say “nothing new”.',
        websocket: 'At once.',
      },
      {
        what: 'When the connection is lost?',
        sse: 'The browser comes back by itself.',
        polling: 'The next request is the repair.',
        websocket: 'You write that.',
      },
      {
        what: 'What was missed meanwhile?',
        sse: 'Ids are part of it: the server goes on after the last one, if it keeps its events.',
        polling: 'The newest state comes anyway; what was between is gone, unless you ask with a cursor.',
        websocket: 'You number the messages and keep them yourself.',
      },
      {
        what: 'What can be sent?',
        sse: 'Text, in UTF-8.',
        polling: 'Anything that HTTP can carry.',
        websocket: 'Text and bytes.',
      },
      {
        what: 'Proxies, logins, tools?',
        sse: 'Plain HTTP. A proxy must not buffer: hence `X-Accel-Buffering: no`, and a comment now and then, so that nobody takes the silence for the end.',
        polling: 'Plain HTTP, and it can be cached.',
        websocket: 'A protocol of its own after an HTTP upgrade: proxies and logins have to know it.',
      },
      {
        what: 'How many at once?',
        sse: 'Over HTTP/1.1 a browser opens six connections to a host for all tabs together, and each stream holds one. Over HTTP/2 some hundred share one connection. From a service worker, as here, neither limit counts.',
        polling: 'Each request holds a connection for a moment only.',
        websocket: 'A connection each, with a limit of its own (some hundreds).',
      },
      {
        what: 'Can a service worker answer it?',
        sse: 'Yes: this page does so.',
        polling: 'Yes.',
        websocket: 'No.',
      },
      {
        what: 'Take it for',
        sse: 'Progress, logs, notifications, words of a model as they come: news that flow one way.',
        polling: 'What changes seldom, or may be late.',
        websocket: 'Chats, games, editing together: much in both directions.',
      },
    ],
  },
};

export const zhLessonWords: LessonWords = {
  title: '五分钟了解 Server-Sent Events',
  about: [
    '通常是页面提问,服务器回答一次。用 Server-Sent Events(SSE),页面只问一次,而回答一直不结束:每当有事发生,服务器就往里添几行文本。此外没有新东西:它就是一个很长的 HTTP 应答,类型为 `text/event-stream`。',
    '这里的三条流都是真的。每个演示一边是线路上的文本,另一边是用浏览器自带的 `EventSource` 读取时程序得到的东西。',
  ],
  start: '开始',
  again: '再来一次',
  stop: '停止',
  drop: '断开连接',
  goOn: '继续',
  wire: '线路上',
  program: '程序里',
  wireLabel: (title) => `线路上:${title}`,
  programLabel: (title) => `程序里:${title}`,
  code: (title) => `程序:${title}`,
  runs: '正在运行。',
  stopped: '已停止。',
  dropped: (id) =>
    id === null
      ? '连接断了。还没有收到 id,客户端会从头开始。'
      : `连接断了。最后的 id 是 ${id}:客户端会带着 Last-Event-ID: ${id} 回来。`,
  over: '服务器已发送全部内容并结束了流。',
  lessons: {
    messages: {
      title: '1. 消息',
      about: [
        '一帧就是一行 `data: …` 加一个空行。空行表示:这一条到此为止,可以交出去了。于是 `EventSource` 调用 `onmessage`,交给它 `data: ` 之后的文本。',
      ],
      look: '每秒一帧,共十帧。最后一帧带有一行 `retry: 3600000`:再次连接之前要等多少毫秒。没有它,`EventSource` 会把结束当作断线,几秒后再次请求,没完没了。所以这时它调用 `onerror`,然后等待。',
    },
    names: {
      title: '2. 具名事件',
      about: ['一行 `event: progress` 给事件一个名字。它就交给为这个名字添加的函数,不再交给 `onmessage`。'],
      look: '两帧:`progress` 和 `complete`。`onmessage` 没有被调用。程序得到想要的东西之后要调用 `close()`,否则 `EventSource` 会再回来。',
    },
    ids: {
      title: '3. id,以及断线之后继续',
      about: [
        '一行 `id: 7` 就是书签。浏览器记住最后一个。连接断了,它会自己再次请求,并说明 `Last-Event-ID: 7`;保存了事件的服务器就从 8 继续。什么都不会漏,也不会重复。',
      ],
      look: '等几个 id,断开连接,再继续:看看请求,以及其后的第一个 id。新建 `EventSource` 的程序不能设置这个头,所以这里改用 `?last_event_id=`。',
    },
  },
  next: {
    title: '现在用真正的任务',
    about: '一个十步的任务和它的线路:有心跳、retry、日志和结尾。中途断开,再回来。',
    go: '开始一个任务并查看线路',
    starting: '正在开始…',
  },
  comparison: {
    title: 'SSE、轮询、WebSocket:各有何用',
    about: '没有哪个最好。选能满足需要的最简单的那个。',
    question: '问题',
    polling: '轮询',
    rows: [
      {
        what: '谁说话?',
        sse: '服务器,随时可以。页面用别的请求说话。',
        polling: '页面一遍遍地问,服务器每次回答。',
        websocket: '双方,随时。',
      },
      {
        what: '多快?',
        sse: '立刻。',
        polling: '平均要等半个间隔。多数回答是“没有新消息”。',
        websocket: '立刻。',
      },
      {
        what: '连接断了怎么办?',
        sse: '浏览器自己回来。',
        polling: '下一次请求就是修复。',
        websocket: '由你来写。',
      },
      {
        what: '期间错过的呢?',
        sse: 'id 是它的一部分:只要服务器保存了事件,就从最后一个之后继续。',
        polling: '总能得到最新状态;中间的就没了,除非带着游标去问。',
        websocket: '由你给消息编号并保存。',
      },
      {
        what: '能发送什么?',
        sse: 'UTF-8 文本。',
        polling: 'HTTP 能承载的一切。',
        websocket: '文本和字节。',
      },
      {
        what: '代理、登录、工具?',
        sse: '就是普通的 HTTP。代理不能缓冲:所以有 `X-Accel-Buffering: no`,还有不时发送的注释,免得沉默被当成结束。',
        polling: '普通的 HTTP,而且可以缓存。',
        websocket: '经 HTTP 升级之后是另一种协议:代理和登录都要认识它。',
      },
      {
        what: '同时能有多少?',
        sse: 'HTTP/1.1 下,浏览器对一台主机只开六个连接,所有标签页共用,每条流占一个。HTTP/2 下约一百条共用一个连接。像这里这样来自 service worker,两个限制都不算。',
        polling: '每个请求只占用连接片刻。',
        websocket: '每个一条连接,另有限制(几百条)。',
      },
      {
        what: 'service worker 能应答吗?',
        sse: '能:本页正是如此。',
        polling: '能。',
        websocket: '不能。',
      },
      {
        what: '适合',
        sse: '进度、日志、通知、模型逐字给出的文字:单向流动的消息。',
        polling: '很少变化的,或晚一点也无妨的。',
        websocket: '聊天、游戏、多人编辑:双向都很多。',
      },
    ],
  },
};
