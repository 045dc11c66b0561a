/** The words of the page in English. What a job says of itself is in its spec, in English; `jobs` says it in another language. */
import type { Status, Task, Unavailable } from '../../client/index.ts';

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

export const en = {
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
    search: 'Search',
    lessons: 'Lessons',
    system: 'System',
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
    goneFiles: (count: number) => `${files(count)} of that task can no longer be had.`,
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

  /** A task's own view. */
  view: {
    result: 'Result',
    input: 'Input',
    noInput: 'It was given nothing.',
    copyJson: 'Copy as JSON',
    files: 'Output files',
    startOver: 'Start over',
    retryKeeps: (time: string) => `A retry goes on from the checkpoint of ${time}.`,
    again: 'Run again with changes',
    copyId: 'Copy the task’s id',
    here: 'This tab runs it',
    elsewhere: 'Another tab runs it',
    since: (time: string) => `since ${time}`,
    checkpoint: (age: string) => `checkpoint ${age} ago`,
    checkpointNow: 'checkpoint just now',
    noCheckpoint: 'no checkpoint yet',
    keptCheckpoint: (time: string) => `goes on from the checkpoint of ${time}`,

    happened: 'What happened',
    stretches: {
      waiting: 'Waited',
      running: 'Ran',
      silent: 'Silent',
      paused: 'Paused',
      gap: 'Not kept',
    },
    lasting: { waiting: 'Waits', running: 'Runs', silent: 'Silent', paused: 'Paused', gap: 'Not kept' },
    attempt: (attempt: number) => `attempt ${attempt}`,
    inThisTab: 'in this tab',
    inAnother: 'in another tab or visit',
    adopted: 'taken over from another tab or visit',
    checkpoints: (count: number) => plural(count, 'checkpoint', 'checkpoints'),
    whys: {
      created: 'for its turn',
      resumed: 'to go on',
      lost: 'for somebody to take over',
      frozen: 'while the browser kept its tab asleep',
      left: 'with its tab closed or left',
      deferred: 'before it tried again',
      retried: 'to be tried again',
    },
    deferredUntil: (time: string) => `until ${time}`,
    silent: 'nothing was heard of it: its tab was closed, frozen or asleep',
    gap: (count: number) => `${plural(count, 'event is', 'events are')} no longer in the log`,
    ends: {
      completed: 'completed',
      lost: 'lost',
      released: 'its tab went away',
      deferred: 'failed, to be tried again',
      paused: 'paused',
      failed: 'failed',
      canceled: 'canceled',
    },
    rungs: {
      return: (time: string) => `stopped cleanly within ${time}`,
      terminate: (time: string) => `did not listen, terminated after ${time}`,
      fenced: (time: string) => `did not answer, closed from outside after ${time}`,
    } satisfies Record<Rung, (time: string) => string>,
    earlier: (count: number) => `Show ${count.toLocaleString('en')} earlier`,
    forgotten: (count: number) => `${plural(count, 'earlier one is', 'earlier ones are')} not shown.`,
    now: 'now',

    speed: 'Speed',
    speedSummary: (mean: string, peak: string) => `${mean} on average, ${peak} at best`,
    speedTable: 'As a table',
    time: 'Time',

    log: 'Log',
    logOf: (title: string) => `Log of ${title}`,
    level: 'Level',
    levels: { debug: 'Everything', info: 'Info and above', warn: 'Warnings and errors', error: 'Errors' },
    levelNames: { debug: 'debug', info: 'info', warn: 'warning', error: 'error' },
    follow: 'Follow',
    saveLog: 'Save the log',
    noLines: 'The job has said nothing.',
    noneOfLevel: 'The job has said nothing that grave.',
    reading: (part: string) => `Reading the log, ${part}…`,
    notRead: (words: string) => `The log could not be read: ${words}`,
    tryAgain: 'Try again',
    linesDropped: (count: number) =>
      `${plural(count, 'earlier line is', 'earlier lines are')} not shown: the saved log has all.`,

    save: 'Save',
    saving: 'Saving',
    preview: 'Preview',
    previewOf: (name: string) => `Preview of ${name}`,
    hide: 'Hide',
    hideOf: (name: string) => `Hide ${name}`,
    copyOf: (name: string) => `Copy ${name}`,
    noPreview: (words: string) => `It cannot be shown: ${words}`,
    previewing: 'Loading…',
    cut: (shown: string, size: string) => `The first ${shown} of ${size}.`,
    binary: 'It is no text.',
    tooLarge: (most: string) => `pictures of more than ${most} are not shown here`,
    firstRows: (count: number) => `The first ${plural(count, 'row', 'rows')}.`,
    folder: 'Save all to a folder',
    savingFolder: (done: number, total: number) => `Saving ${done.toLocaleString('en')} of ${files(total)}…`,
    savedFolder: (count: number) => `${files(count)} saved.`,

    states: { ok: 'intact', differs: 'differs', missing: 'missing', extra: 'on no list' },
    state: 'State',
    expected: 'expected',
    actual: 'is',
    duplicates: (groups: number, freeable: string) =>
      groups === 0 ? 'No file is there twice.' : `${plural(groups, 'group', 'groups')}; ${freeable} could be freed.`,
    group: (count: number, size: string, freeable: string) => `${count} × ${size}, ${freeable} could be freed`,
    matches: (lines: number, count: number) => `${plural(lines, 'line matches', 'lines match')} in ${files(count)}.`,
    lines: 'Lines',
    binaryFile: 'binary',
    firstMatches: 'First matches',
    pictures: (before: string, after: string) => `${before} before, ${after} after.`,
    leftOut: 'left out',
    read: (documents: number, pages: number) =>
      `${plural(documents, 'document', 'documents')} with ${plural(pages, 'page', 'pages')} can be searched.`,
    skipped: (count: number) => `${plural(count, 'file was', 'files were')} left out.`,
    pages: 'Pages',
    rows: (count: number) => plural(count, 'row', 'rows'),
    malformed: (count: number) => plural(count, 'malformed row left out', 'malformed rows left out'),
    columns: { name: 'Column', type: 'Type', empty: 'Empty', distinct: 'Distinct', range: 'Range', spread: 'Values' },
    about: (count: number) => `about ${count.toLocaleString('en')}`,
    bin: (from: string, to: string, count: number) => `${from} to ${to}: ${count.toLocaleString('en')}`,
    packed: (before: string, after: string) => `${before} became ${after}.`,
    extracted: (count: number, bytes: string) => `${files(count)} came out, ${bytes} in all.`,
    nothing: 'No result.',
    showMore: (count: number) => `Show ${count.toLocaleString('en')} more`,
    items: (count: number) => plural(count, 'entry', 'entries'),
  },

  manners: {
    notify: 'Notify me when a long task ends',
    awake: 'Keep the screen awake while tasks run',
    denied: 'This browser does not allow notifications here; its settings for this page say so.',
    offer: 'Shall the browser tell you when a long task ends?',
    accept: 'Notify me',
    notAwake: (words: string) => `The screen cannot be kept awake: ${words}`,
    ended: (title: string, end: Status) => `${title}: ${status[end]}`,
    took: (time: string) => `It took ${time}.`,
  },

  search: {
    title: 'Search your documents',
    label: 'Words to look for',
    placeholder: 'Words, "a phrase", begin*, -without',
    hint: 'All words have to be on a page. "in quotes": one after the other. begin*: any ending. -without: not on the page.',
    go: 'Search',
    searching: 'Searching…',
    opening: 'Opening…',
    refused: 'There is no word in this to look for.',
    failed: (words: string) => `The index did not answer: ${words}`,
    found: (total: number) => (total === 0 ? 'Nothing was found' : `Found on ${plural(total, 'page', 'pages')}`),
    page: (page: number, pages: number) => (pages > 1 ? `page ${page} of ${pages}` : ''),
    whole: 'The whole page',
    more: 'Show more',
    indexed: (total: number) => `${plural(total, 'document', 'documents')} in the index`,
    about: (pages: number, size: string, added: string) => `${plural(pages, 'page', 'pages')} · ${size} · ${added}`,
    noText: 'without text',
    add: 'Add documents',
    forget: 'Forget',
    forgetOne: (file: string) => `Forget ${file}`,
    forgetAll: 'Forget all',
    forgotten: (file: string) => `“${file}” is no longer in the index.`,
    forgottenAll: (total: number) => `${plural(total, 'document', 'documents')} forgotten.`,
    empty: 'No documents yet',
    emptyAbout:
      'Read PDF, text, Markdown and HTML files once, and find any word in them: offline, and after a restart.',
    emptyGo: 'Add documents',
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

  /** What the options of a form are called where their own name does not say it. */
  options: { auto: 'automatic', same: 'as it is', skip: 'leave it out', fail: 'end the task' } as Record<
    string,
    string
  >,
  units: {} as Record<string, string>,
  jobs: {} as Record<string, JobWords>,
  commands,
};

export type Strings = typeof en;
