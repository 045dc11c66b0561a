/** Every word on the page, in each language. What a job says of itself is in its spec, in English; `jobs` says it in another. */
import type { Status, Task, Unavailable } from '../client/index.ts';

type Rung = NonNullable<Task['stopped']>['rung'];

/** A job's own words in another language; a field's by its name in the job's input. */
interface JobWords {
  title: string;
  about: string;
  fields: Record<string, readonly [label: string, about?: string]>;
}

const plural = (count: number, one: string, other: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : other}`;
const files = (count: number) => plural(count, 'file', 'files');
const tasks = (count: number) => plural(count, 'task', 'tasks');

const status: Record<Status, string> = {
  pending: 'waiting',
  running: 'running',
  paused: 'paused',
  completed: 'completed',
  failed: 'failed',
  canceled: 'canceled',
};

const commands = {
  cancel: { name: 'Cancel', busy: 'Canceling…' },
  pause: { name: 'Pause', busy: 'Pausing…' },
  resume: { name: 'Resume', busy: 'Resuming…' },
  retry: { name: 'Retry', busy: 'Retrying…' },
  remove: { name: 'Remove', busy: 'Removing…' },
};
type CommandName = keyof typeof commands;

const en = {
  locale: 'en',
  name: 'Holdfast',
  claim: 'Long jobs on your own files',
  terms:
    'Nothing leaves this computer: the server is this page. Work is done while a tab is open; close it, and the work goes on from its last checkpoint at your next visit.',
  starting: 'Starting…',
  skip: 'Skip to the content',

  nav: {
    label: 'Views',
    start: 'Start',
    tasks: 'Tasks',
    lessons: 'Lessons',
    running: (count: number) => `${count.toLocaleString('en')} running`,
  },

  connection: {
    connecting: 'Connecting…',
    connected: 'Ready',
    offline: 'Ready, offline',
    lost: 'Coming back…',
    about: {
      connecting: 'The server in this page is starting.',
      connected: 'Server in this page: ready',
      offline: 'No network, and that is fine: the server is in this page.',
      lost: 'The server in this page was stopped and is coming back. Nothing is lost.',
    },
  },

  menu: {
    title: 'State and settings',
    running: 'Running',
    runningOf: (running: number, limit: number) => `${running} of at most ${limit} at once`,
    tabs: 'Tabs at work',
    storage: 'Storage',
    used: (used: string, quota: string) => `${used} of ${quota}`,
    kept: 'Kept',
    persisted: 'until you remove it',
    evictable: 'unless the browser needs the room',
    version: 'Version',
    theme: 'Theme',
    themes: { auto: 'As the system', light: 'Light', dark: 'Dark' },
    language: 'Language',
    keys: 'Keyboard shortcuts',
  },

  keys: {
    title: 'Keyboard shortcuts',
    single: 'Single keys do something',
    close: 'Close',
    start: 'Start something',
    tasks: 'See the tasks',
    search: 'Search the tasks',
    next: 'Next task',
    previous: 'Previous task',
    open: 'Open the task',
    select: 'Select the task',
    pause: 'Pause or resume it',
    cancel: 'Cancel it',
    retry: 'Retry it',
    remove: 'Remove it',
    undo: 'Undo',
    leave: 'Let go of the selection',
    help: 'This list',
  },

  unavailable: {
    title: 'Holdfast cannot run here',
    insecure:
      'This address is not secure, and browsers allow no service worker there. Open the page with HTTPS, as https://…',
    'no-service-worker':
      'This browser gives the page no service worker. A private window or a strict setting may be the reason: try a normal window.',
    'no-storage':
      'This browser lets the page store nothing, so no task could outlive it. A private window, a full disk or blocked site data may be the reason.',
    'not-controlled': 'The service worker did not take over this page in time. Reloading usually helps.',
    other: 'Something unexpected went wrong at the start. Reloading may help.',
    reload: 'Reload',
    detail: (words: string) => `What the browser says: ${words}`,
  } satisfies Record<Unavailable['reason'], string> & Record<string, unknown>,

  update: {
    ready: 'A new version is ready. Running tasks go on after it.',
    apply: 'Update now',
    applying: 'Updating…',
  },

  notices: {
    label: 'Messages',
    dismiss: 'Dismiss',
    undo: 'Undo',
    unexpected: (words: string) => `Something went wrong: ${words}`,
    noFiles: 'There are no files in that.',
    notRead: (words: string) => `The files could not be read: ${words}`,
    notAdded: (name: string, words: string) => `“${name}” could not be added, so nothing was started: ${words}`,
    notStarted: (words: string) => `The task could not be started: ${words}`,
    noTypes: (words: string) => `The list of jobs could not be loaded: ${words}`,
    command: (command: CommandName, words: string) => `${commands[command].name} did not work: ${words}`,
    commands: (command: CommandName, count: number, words: string) =>
      `${commands[command].name} did not work for ${tasks(count)}: ${words}`,
    notSaved: (name: string, words: string) => `“${name}” could not be saved: ${words}`,
    notCopied: (words: string) => `The browser did not let the page copy: ${words}`,
    notAllowed: 'Access was not allowed, so the task still waits.',
    noHandles: 'The files of this task were copied when they were added: there is no access to ask for.',
    removed: (count: number) => `${tasks(count)} removed.`,
    canceled: (count: number) => `${tasks(count)} canceled.`,
    again: 'Start again',
    retried: (count: number) => `${tasks(count)} retried.`,
  },

  start: {
    title: 'Start',
    drop: 'Drop files or a folder anywhere, paste them, or',
    dropNow: 'Let go to add them',
    files: 'Choose files',
    folder: 'Choose a folder',
    what: 'What shall be done?',
    fits: 'What shall be done with them?',
    others: 'Other jobs',
    chosen: (count: number, size: string) => `${files(count)}, ${size}`,
    chosenWithout: (count: number) => files(count),
    more: (count: number) => `and ${count.toLocaleString('en')} more`,
    clear: 'Take them away',
    without: (name: string) => `Without ${name}`,
    samples: 'Try it with sample files',
    example: 'Try it',
    samplesOf: (title: string) => `${title}: try it with sample files`,
    exampleOf: (title: string) => `${title}: try it`,
    reading: 'Looking for files…',
    generating: (percent: string) => `Making sample files, ${percent}…`,
    adding: (done: number, total: number) => `Adding ${done.toLocaleString('en')} of ${files(total)}…`,
    submitting: 'Starting…',
    loading: 'Loading the jobs…',
    back: 'All jobs',
    unknown: (type: string) => `There is no job “${type}”.`,
    go: 'Start',
    needsFiles: 'Choose files first: this job works on them.',
    redo: (what: string) => `If it is interrupted, it does again at most: ${what}.`,
    optional: 'optional',
    json: 'This is no JSON.',
    pasted: 'pasted.txt',
    filesLabel: 'Files',
    sampleNotes: {
      checksum:
        'Three files, made here. The largest, 64 MiB of noise, is read eight times: time enough to pause it, or to reload the page and see it go on.',
      spin: 'It never listens: cancel it, and after two seconds its worker is terminated.',
      countdown: 'Ten steps, a second each. Pause it, cancel it, reload the page.',
    } as Record<string, string>,
  },

  list: {
    title: 'Tasks',
    search: 'Search',
    searchHint: 'Search names, inputs, results',
    type: 'Job',
    allTypes: 'All jobs',
    tag: 'Tag',
    allTags: 'All tags',
    status: 'Status',
    all: 'All',
    clear: 'Clear the filter',
    empty: 'No tasks yet',
    emptyAbout: 'What you start appears here, and is still here after a reload, a closed tab or a lost network.',
    emptyGo: 'Start something',
    none: 'No task fits this filter',
    loading: 'Loading tasks…',
    failed: (words: string) => `The tasks could not be listed: ${words}`,
    again: 'Try again',
    label: 'Tasks, newest first',
    selected: (count: number) => `${count.toLocaleString('en')} selected`,
    selectAll: 'Select all that fit',
    selectOne: (title: string) => `Select ${title}`,
    letGo: 'Clear the selection',
    bulk: { cancel: 'Cancel', retry: 'Retry', remove: 'Remove' },
    atWork: (done: number, total: number) => `${done.toLocaleString('en')} of ${total.toLocaleString('en')}…`,
  },

  status,
  canceling: 'canceling',

  task: {
    files,
    named: (name: string, others: number) => (others > 0 ? `${name} and ${others.toLocaleString('en')} more` : name),
    back: 'All tasks',
    wire: 'See its wire',
    loading: 'Loading the task…',
    gone: 'This task is not here',
    goneAbout: 'It was removed, or it belongs to another browser.',
    progress: (title: string) => `Progress of ${title}`,
    of: (done: string, total: string) => `${done} of ${total}`,
    perSecond: (amount: string) => `${amount}/s`,
    left: (time: string) => `${time} left`,
    took: (time: string) => `took ${time}`,
    attempt: (attempt: number) => `attempt ${attempt}`,
    until: (time: string) => `waits until ${time}`,
    forAnother: 'waits for another task',
    forSlot: 'waits for a free slot',
    elsewhere: 'another tab runs it',
    fromStart: 'A canceled task keeps nothing: a retry begins at the start.',
    actions: (title: string) => `Actions for ${title}`,
  },

  paused: {
    user: 'paused by you',
    'file-missing': 'Allow access again if the browser has forgotten it, or put the file back where it was and resume.',
    allow: 'Allow access again',
    'quota-exceeded':
      'The storage of this browser is full. Make room, for example by removing finished tasks, then resume.',
  },

  stopped: {
    return: (time: string) => `It stopped cleanly, ${time} after it was told to.`,
    terminate: (time: string) => `It did not listen, so its worker was terminated after ${time}.`,
    fenced: (time: string) => `Nobody who ran it answered, so it was closed from outside after ${time}.`,
  } satisfies Record<Rung, (time: string) => string>,

  result: {
    summary: (count: number, algorithm: string) => `${plural(count, 'checksum', 'checksums')}, ${algorithm}`,
    file: 'File',
    size: 'Size',
    copy: 'Copy',
    copyOne: (name: string) => `Copy the digest of ${name}`,
    copyAll: 'Copy all',
    copied: 'Copied',
    all: (count: number) => `Show all ${count.toLocaleString('en')}`,
    outputs: 'Output files',
    zip: (count: number) => `All ${count.toLocaleString('en')} as one ZIP`,
    save: (name: string) => `Save ${name}`,
    saving: (name: string) => `Saving ${name}…`,
  },

  announce: {
    started: (title: string) => `${title} started`,
    ended: (title: string, end: Status) => `${title}: ${status[end]}`,
    several: (count: number) => `${count} tasks have started or ended`,
  },

  time: {
    ms: (ms: number) => `${ms} ms`,
    s: (seconds: string) => `${seconds} s`,
    min: (minutes: number, seconds: number) => `${minutes} min ${seconds} s`,
    h: (hours: number, minutes: number) => `${hours} h ${minutes} min`,
  },

  algorithms: {
    sha256: 'SHA-256',
    sha1: 'SHA-1',
    sha512: 'SHA-512',
    md5: 'MD5',
    crc32: 'CRC-32',
    blake3: 'BLAKE3',
    xxh3: 'XXH3',
  } as Record<string, string>,
  /** What the options of a form are called where their own name does not say it. */
  options: {} as Record<string, string>,
  units: {} as Record<string, string>,
  jobs: {} as Record<string, JobWords>,
  commands,
};

export type Strings = typeof en;

const zhFiles = (count: number) => `${count.toLocaleString('zh')} 个文件`;
const zhTasks = (count: number) => `${count.toLocaleString('zh')} 个任务`;
const zhStatus: Record<Status, string> = {
  pending: '等待中',
  running: '运行中',
  paused: '已暂停',
  completed: '已完成',
  failed: '失败',
  canceled: '已取消',
};
const zhCommands: typeof commands = {
  cancel: { name: '取消', busy: '正在取消…' },
  pause: { name: '暂停', busy: '正在暂停…' },
  resume: { name: '继续', busy: '正在继续…' },
  retry: { name: '重试', busy: '正在重试…' },
  remove: { name: '移除', busy: '正在移除…' },
};
const zhFilesField = ['文件'] as const;

const zh: Strings = {
  locale: 'zh-Hans',
  name: 'Holdfast',
  claim: '在自己的文件上跑耗时的任务',
  terms: '一切都留在这台电脑上:服务器就是这个页面。标签页打开时才会工作;关掉它,下次访问时会从上一个检查点接着做。',
  starting: '正在启动…',
  skip: '跳到正文',

  nav: {
    label: '视图',
    start: '开始',
    tasks: '任务',
    lessons: '入门',
    running: (count) => `${count.toLocaleString('zh')} 个运行中`,
  },

  connection: {
    connecting: '正在连接…',
    connected: '就绪',
    offline: '离线,仍就绪',
    lost: '正在恢复…',
    about: {
      connecting: '页面里的服务器正在启动。',
      connected: '页面里的服务器已就绪',
      offline: '没有网络也没关系:服务器就在这个页面里。',
      lost: '页面里的服务器被停止,正在恢复。什么都没有丢。',
    },
  },

  menu: {
    title: '状态与设置',
    running: '正在运行',
    runningOf: (running, limit) => `${running} 个,最多同时 ${limit} 个`,
    tabs: '工作中的标签页',
    storage: '存储空间',
    used: (used, quota) => `已用 ${used},共 ${quota}`,
    kept: '保留',
    persisted: '直到你移除',
    evictable: '浏览器缺空间时可能清除',
    version: '版本',
    theme: '主题',
    themes: { auto: '跟随系统', light: '浅色', dark: '深色' },
    language: '语言',
    keys: '键盘快捷键',
  },

  keys: {
    title: '键盘快捷键',
    single: '启用单键快捷键',
    close: '关闭',
    start: '开始新任务',
    tasks: '查看任务',
    search: '搜索任务',
    next: '下一个任务',
    previous: '上一个任务',
    open: '打开任务',
    select: '选中任务',
    pause: '暂停或继续',
    cancel: '取消',
    retry: '重试',
    remove: '移除',
    undo: '撤销',
    leave: '清除选择',
    help: '显示此列表',
  },

  unavailable: {
    title: 'Holdfast 无法在这里运行',
    insecure: '这个地址不安全,浏览器不允许使用 service worker。请用 HTTPS 打开本页。',
    'no-service-worker': '浏览器没有为本页提供 service worker。可能是隐私窗口或严格的设置所致,请换普通窗口试试。',
    'no-storage': '浏览器不让本页存储任何东西,任务无法保留。可能是隐私窗口、磁盘已满或站点数据被禁止。',
    'not-controlled': 'Service worker 没有及时接管本页。刷新通常有用。',
    other: '启动时出了意外。刷新也许有用。',
    reload: '刷新',
    detail: (words) => `浏览器的说明:${words}`,
  },

  update: { ready: '新版本已就绪。运行中的任务会在更新后继续。', apply: '立即更新', applying: '正在更新…' },

  notices: {
    label: '消息',
    dismiss: '知道了',
    undo: '撤销',
    unexpected: (words) => `出了问题:${words}`,
    noFiles: '其中没有文件。',
    notRead: (words) => `无法读取文件:${words}`,
    notAdded: (name, words) => `无法添加“${name}”,所以什么都没有开始:${words}`,
    notStarted: (words) => `无法开始任务:${words}`,
    noTypes: (words) => `无法加载作业列表:${words}`,
    command: (command, words) => `${zhCommands[command].name}没有成功:${words}`,
    commands: (command, count, words) => `${zhTasks(count)}${zhCommands[command].name}没有成功:${words}`,
    notSaved: (name, words) => `无法保存“${name}”:${words}`,
    notCopied: (words) => `浏览器不让本页复制:${words}`,
    notAllowed: '没有获得访问许可,任务仍在等待。',
    noHandles: '这个任务的文件在添加时已复制,不需要访问许可。',
    removed: (count) => `已移除 ${zhTasks(count)}。`,
    canceled: (count) => `已取消 ${zhTasks(count)}。`,
    again: '重新开始',
    retried: (count) => `已重试 ${zhTasks(count)}。`,
  },

  start: {
    title: '开始',
    drop: '把文件或文件夹拖到页面任意处,或粘贴,或',
    dropNow: '松手即可添加',
    files: '选择文件',
    folder: '选择文件夹',
    what: '要做什么?',
    fits: '要对它们做什么?',
    others: '其他作业',
    chosen: (count, size) => `${zhFiles(count)},${size}`,
    chosenWithout: zhFiles,
    more: (count) => `还有 ${count.toLocaleString('zh')} 个`,
    clear: '全部拿走',
    without: (name) => `不要 ${name}`,
    samples: '用示例文件试试',
    example: '试试看',
    samplesOf: (title) => `${title}:用示例文件试试`,
    exampleOf: (title) => `${title}:试试看`,
    reading: '正在查找文件…',
    generating: (percent) => `正在生成示例文件,${percent}…`,
    adding: (done, total) => `正在添加,${done.toLocaleString('zh')} / ${zhFiles(total)}…`,
    submitting: '正在开始…',
    loading: '正在加载作业…',
    back: '全部作业',
    unknown: (type) => `没有名为“${type}”的作业。`,
    go: '开始',
    needsFiles: '请先选择文件:这个作业需要它们。',
    redo: (what) => `如果中断,最多重做:${what}。`,
    optional: '可选',
    json: '这不是 JSON。',
    pasted: '粘贴.txt',
    filesLabel: '文件',
    sampleNotes: {
      checksum: '三个文件,在这里生成。最大的是 64 MiB 的噪声,会读八遍:足够你暂停它,或刷新页面看它接着做。',
      spin: '它从不理会:取消它,两秒后它的 worker 会被强行终止。',
      countdown: '十步,每步一秒。可以暂停、取消,或刷新页面。',
    },
  },

  list: {
    title: '任务',
    search: '搜索',
    searchHint: '搜索名称、输入、结果',
    type: '作业',
    allTypes: '全部作业',
    tag: '标签',
    allTags: '全部标签',
    status: '状态',
    all: '全部',
    clear: '清除筛选',
    empty: '还没有任务',
    emptyAbout: '你开始的任务会出现在这里;刷新、关闭标签页或断网之后也还在。',
    emptyGo: '开始一个',
    none: '没有符合筛选的任务',
    loading: '正在加载任务…',
    failed: (words) => `无法列出任务:${words}`,
    again: '再试一次',
    label: '任务,最新的在前',
    selected: (count) => `已选 ${count.toLocaleString('zh')} 个`,
    selectAll: '选中全部符合的',
    selectOne: (title) => `选中 ${title}`,
    letGo: '清除选择',
    bulk: { cancel: '取消', retry: '重试', remove: '移除' },
    atWork: (done, total) => `${done.toLocaleString('zh')} / ${total.toLocaleString('zh')}…`,
  },

  status: zhStatus,
  canceling: '正在取消',

  task: {
    files: zhFiles,
    named: (name, others) => (others > 0 ? `${name} 等 ${(others + 1).toLocaleString('zh')} 个` : name),
    back: '全部任务',
    wire: '查看线路',
    loading: '正在加载任务…',
    gone: '这里没有这个任务',
    goneAbout: '它已被移除,或者属于另一个浏览器。',
    progress: (title) => `${title} 的进度`,
    of: (done, total) => `${done} / ${total}`,
    perSecond: (amount) => `${amount}/秒`,
    left: (time) => `还剩 ${time}`,
    took: (time) => `用时 ${time}`,
    attempt: (attempt) => `第 ${attempt} 次尝试`,
    until: (time) => `等到 ${time}`,
    forAnother: '等待另一个任务',
    forSlot: '等待空位',
    elsewhere: '由另一个标签页运行',
    fromStart: '取消的任务什么都不留:重试会从头开始。',
    actions: (title) => `${title} 的操作`,
  },

  paused: {
    user: '由你暂停',
    'file-missing': '如果浏览器忘了访问许可,请再次允许;或者把文件放回原处再继续。',
    allow: '再次允许访问',
    'quota-exceeded': '浏览器的存储空间已满。请腾出空间,例如移除已结束的任务,然后继续。',
  },

  stopped: {
    return: (time) => `接到通知后 ${time} 正常停止。`,
    terminate: (time) => `它没有理会,${time} 后其 worker 被终止。`,
    fenced: (time) => `运行它的一方没有回应,${time} 后从外部关闭。`,
  },

  result: {
    summary: (count, algorithm) => `${count.toLocaleString('zh')} 个校验和,${algorithm}`,
    file: '文件',
    size: '大小',
    copy: '复制',
    copyOne: (name) => `复制 ${name} 的校验和`,
    copyAll: '全部复制',
    copied: '已复制',
    all: (count) => `显示全部 ${count.toLocaleString('zh')} 个`,
    outputs: '输出文件',
    zip: (count) => `全部 ${count.toLocaleString('zh')} 个打包成 ZIP`,
    save: (name) => `保存 ${name}`,
    saving: (name) => `正在保存 ${name}…`,
  },

  announce: {
    started: (title) => `${title} 已开始`,
    ended: (title, end) => `${title}:${zhStatus[end]}`,
    several: (count) => `${count} 个任务已开始或结束`,
  },

  time: {
    ms: (ms) => `${ms} 毫秒`,
    s: (seconds) => `${seconds} 秒`,
    min: (minutes, seconds) => `${minutes} 分 ${seconds} 秒`,
    h: (hours, minutes) => `${hours} 小时 ${minutes} 分`,
  },

  algorithms: en.algorithms,
  options: {
    normal: '普通',
    fast: '快速',
    none: '不压缩',
    auto: '自动',
    yes: '有',
    no: '没有',
    profile: '各列概况',
    same: '不变',
    skip: '略过',
    fail: '使任务结束',
  },
  units: { files: '个文件', rows: '行', entries: '个条目' },
  jobs: {
    checksum: {
      title: '校验和',
      about: '计算每个文件的校验和,并列成 sha256sum 等工具可以核对的清单。',
      fields: {
        files: zhFilesField,
        algorithm: ['算法', 'MD5、SHA-1、CRC-32 和 XXH3 能发现损坏,不能发现伪造;安全的算法中 BLAKE3 最快。'],
      },
    },
    verify: {
      title: '核对校验和',
      about: '按其中的校验和清单(SHA256SUMS、.md5、.sfv、B3SUMS 等)核对文件:哪些完好、不同、缺失或不在清单上。',
      fields: { files: ['文件', '要核对的文件,连同其中的校验和清单。'] },
    },
    duplicates: {
      title: '查找重复文件',
      about: '找出内容相同的文件,不论名称,最大的在前,并说明能腾出多少空间。只会完整读取可能重复的文件。',
      fields: {
        files: zhFilesField,
        min_bytes: ['最小文件', '以字节计;更小的会跳过,空文件总是跳过。'],
      },
    },
    archive: {
      title: '压缩',
      about: '把文件和文件夹打包成一个任意大小的 ZIP,或把每个文件各压成一个 .gz。关掉标签页之后会从断处接着做。',
      fields: {
        files: zhFilesField,
        format: ['格式', 'ZIP 保留文件夹,可容纳许多文件;gzip 为每个文件生成一个 .gz。'],
        compression: ['压缩程度', '“不压缩”最快,适合照片、影片和已压缩过的文件。'],
        name: ['ZIP 的名称', '默认用文件夹或文件的名称。'],
      },
    },
    extract: {
      title: '解压',
      about: '解开任意大小的 ZIP、gzip 和 Zstandard 文件。拒绝越出文件夹的路径、链接和压缩炸弹。',
      fields: {
        files: ['文件', 'ZIP (.zip)、gzip (.gz, .tgz) 或 Zstandard (.zst)。'],
        limit_bytes: ['最多', '总共可以解出多少字节。'],
        limit_ratio: ['最多为压缩包的倍数', '超过最初的 64 MiB 后,最多可解出自身大小的多少倍。'],
      },
    },
    table: {
      title: '转换表格',
      about: '把 CSV、TSV 和 JSON lines(可用 gzip 压缩)转换成 SQLite 数据库、Parquet 或 JSON,或描述各列。',
      fields: {
        files: zhFilesField,
        to: ['转换成', 'SQLite:一个数据库,每个文件一张表。profile:不产生文件,只说明各列的内容。'],
        format: ['格式', 'CSV 泛指用某个字符分隔的表格。'],
        delimiter: ['分隔符', '两格之间的字符;不填则自动判断。'],
        quote: ['引号', '包围一格的字符;不填则自动判断。'],
        header: ['表头', '第一行是否为列名。'],
        encoding: ['编码', '自动:UTF-8,或带 BOM 的 UTF-16。'],
        types: ['类型', '按列名指定各列的类型;不填则自动判断。'],
        strict: ['严格', '遇到第一个格式错误的行就失败。否则跳过、计数并列出这些行。'],
      },
    },
    grep: {
      title: '搜索文本',
      about: '在文本和日志(可用 gzip 压缩)中查找匹配正则表达式的行:每个文件的数量和各行的清单。文件可以比内存大。',
      fields: {
        files: ['文件', 'UTF-8 文本,可用 gzip 压缩。其他文件只计行数。'],
        pattern: ['模式', 'JavaScript 的正则表达式,逐行查找。'],
        fixed: ['纯文本', '按原样查找。'],
        ignore_case: ['忽略大小写', '大写和小写视为相同。'],
        whole_word: ['整词', '匹配的前后不能是字母、数字或下划线。'],
        before: ['之前的行', '每个匹配行之前一并列出几行。'],
        after: ['之后的行', '每个匹配行之后一并列出几行。'],
        max_matches: ['最多', '每个文件最多找多少行,其余不再读取。'],
        format: ['清单', '像 grep 那样的文本,或带位置的 JSON lines。'],
      },
    },
    images: {
      title: '缩放和转换图片',
      about:
        '把 JPEG、PNG、WebP、AVIF 和 GIF 图片缩小、转正并转成一种格式。相机写入的信息(包括地点)会去掉。动图只留第一帧。',
      fields: {
        files: ['文件', 'JPEG、PNG、WebP、AVIF 或 GIF。'],
        to: ['格式', 'AVIF 最小,也最费时。保持格式的 GIF 会变成 PNG。'],
        width: ['宽度', '最多多少像素;比例不变。'],
        height: ['高度', '最多多少像素;比例不变。'],
        percent: ['百分比', '未给出宽度和高度时,两者各缩放到多少。'],
        quality: ['质量', '用于 JPEG、WebP 和 AVIF:80 与 100 难以分辨,却小得多。'],
        best: ['最佳 JPEG', '使用 MozJPEG:比浏览器慢几倍,文件更小。'],
        zip: ['一个 ZIP', '否则每张图片各是一个文件。'],
        on_error: ['损坏的图片', '略过并列出,或使任务结束。'],
        limit_megapixels: ['最多百万像素', '更大的图片在解码之前就会被拒绝:每百万像素占 4 MB 内存。'],
      },
    },
    countdown: {
      title: '倒计时',
      about: '数步,并在每步之间等待。别的什么都不做:用来看任务怎样运行、停止和继续。',
      fields: {
        steps: ['步数', '数到多少。'],
        step_ms: ['每步毫秒数', '每步之前等多久;0 表示不等。'],
        fail_at: ['在第几步失败', '到这一步时以错误结束。'],
      },
    },
    spin: {
      title: '空转',
      about: '让它的 worker 一直忙碌,从不理会:用来看不听话的作业会怎样。',
      fields: { ms: ['毫秒', '忙碌多久。'] },
    },
  },
  commands: zhCommands,
};

/** What each language calls itself. */
export const languages = { en: 'English', zh: '中文' };
export type Language = keyof typeof languages;

/** The words of the language that was chosen last. Read when they are shown, never kept. */
export let strings: Strings = en;

export function speak(language: Language) {
  strings = language === 'zh' ? zh : en;
}
