/** Every word on the page. Another language is another object of this shape. */
import type { Status, Task, Unavailable } from '../client/index.ts';

type Rung = NonNullable<Task['stopped']>['rung'];

const plural = (count: number, one: string, other: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : other}`;
const files = (count: number) => plural(count, 'file', 'files');

const status = {
  pending: 'waiting',
  running: 'running',
  paused: 'paused',
  completed: 'completed',
  failed: 'failed',
  canceled: 'canceled',
} satisfies Record<Status, string>;

const commands = {
  cancel: { name: 'Cancel', busy: 'Canceling…' },
  pause: { name: 'Pause', busy: 'Pausing…' },
  resume: { name: 'Resume', busy: 'Resuming…' },
  retry: { name: 'Retry', busy: 'Retrying…' },
  remove: { name: 'Remove', busy: 'Removing…' },
} as const;

const en = {
  locale: 'en',
  name: 'Holdfast',
  claim: 'Long jobs on your own files. Nothing leaves this computer: the server is this page.',
  terms:
    'Work is done while a tab is open. Close it, and the work goes on from its last checkpoint at your next visit.',
  starting: 'Starting…',

  connection: {
    label: 'State',
    online: 'Online',
    offline: 'Offline, and that is fine',
    connecting: 'Connecting…',
    connected: 'Server in this page: ready',
    lost: 'Server in this page: coming back…',
  },

  unavailable: {
    title: 'Holdfast cannot run here',
    insecure: 'This address is not secure, and browsers allow no service worker there. Open the page with https.',
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
    label: 'Problems',
    dismiss: 'Dismiss',
    unexpected: (words: string) => `Something went wrong: ${words}`,
    noFiles: 'There are no files in that.',
    notRead: (words: string) => `The files could not be read: ${words}`,
    notAdded: (name: string, words: string) => `“${name}” could not be added, so nothing was started: ${words}`,
    notStarted: (words: string) => `The task could not be started: ${words}`,
    noTypes: (words: string) => `The list of algorithms could not be loaded: ${words}`,
    command: (command: keyof typeof commands, words: string) => `${commands[command].name} did not work: ${words}`,
    notSaved: (name: string, words: string) => `“${name}” could not be saved: ${words}`,
    notCopied: (words: string) => `The browser did not let the page copy: ${words}`,
    notAllowed: 'Access was not allowed, so the task still waits.',
    noHandles: 'The files of this task were copied when they were added: there is no access to ask for.',
  },

  start: {
    title: 'Start a task',
    about: 'Choose what is to be done, then the files.',
    drop: 'Drop files or a folder anywhere on this page, or',
    dropNow: 'Let go to start',
    files: 'Choose files',
    folder: 'Choose a folder',
    samples: 'Try it with sample files',
    job: 'Job',
    reading: 'Looking for files…',
    generating: (percent: string) => `Making sample files, ${percent}…`,
    adding: (done: number, total: number) => `Adding ${done.toLocaleString('en')} of ${files(total)}…`,
  },

  tables: {
    title: 'Convert tables',
    about:
      'CSV, TSV or JSON lines, also gzipped, into a database or another kind of file, or described column by column.',
    into: 'Into',
    files: 'Choose tables',
    kinds: { sqlite: 'SQLite', parquet: 'Parquet', json: 'JSON', profile: 'Profile' } as Record<string, string>,
  },

  lessons: {
    title: 'Watch a task stop',
    about:
      'A countdown listens and ends by itself. A busy spin never listens: cancel it, and after two seconds its worker is terminated.',
    countdown: 'Start a countdown',
    spin: 'Start a busy spin',
  },

  tasks: {
    title: 'Tasks',
    empty: 'No tasks yet. What you start appears here, and is still here after a reload.',
    loading: 'Loading tasks…',
    failed: (words: string) => `The tasks could not be listed: ${words}`,
    again: 'Try again',
    more: 'Load more',
  },

  status,

  task: {
    files,
    progress: (title: string) => `Progress of ${title}`,
    of: (done: string, total: string) => `${done} of ${total}`,
    perSecond: (amount: string) => `${amount}/s`,
    left: (time: string) => `${time} left`,
    took: (time: string) => `took ${time}`,
    attempt: (attempt: number) => `attempt ${attempt}`,
    after: (time: string) => `not before ${time}`,
    stopping: 'stopping…',
    actions: (title: string) => `Actions for ${title}`,
    savedAt: (time: string) => `checkpoint ${time}`,
  },

  paused: {
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
    plain: 'Result',
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

  algorithms: {
    sha256: 'SHA-256',
    sha1: 'SHA-1',
    sha512: 'SHA-512',
    md5: 'MD5',
    crc32: 'CRC-32',
    blake3: 'BLAKE3',
    xxh3: 'XXH3',
  } as Record<string, string>,
  commands,
} as const;

export const strings = en;
