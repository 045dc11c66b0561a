/**
 * Stands in front of every script of the build, in pages, workers and the service worker. It records what a page asks and is answered,
 * makes the faults that only the inside of a thread can make, and reads the stores. It changes nothing else.
 */
(() => {
  const scope = /** @type {any} */ (globalThis);
  // WebKit runs a worker's entry a second time when a chunk imports it.
  if (scope.chaos) return;
  /** @type {{ schema: number }} */
  const { schema } = scope.chaosBuild;
  const isPage = 'document' in scope;
  /** @type {string} */
  const thread = isPage ? 'page' : 'clients' in scope ? 'service-worker' : scope.name;
  const channel = new BroadcastChannel('chaos');

  // ── the clock ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────
  const realNow = Date.now;
  let jumped = 0;
  /** The how manieth setting of the clock that was: what somebody says who has not heard of a later one does not count. */
  let setting = 0;
  const now = () => realNow() + jumped;
  scope.Date = new Proxy(Date, {
    construct: (target, given, as) => Reflect.construct(target, given.length > 0 ? given : [now()], as),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
  channel.postMessage({ to: 'page', do: 'tell-clock' });

  // ── workers ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
  /** @type {Worker[]} */
  const workers = [];
  if (scope.Worker) {
    const Real = /** @type {typeof Worker} */ (scope.Worker);
    scope.Worker = class extends Real {
      /** @param {string | URL} url @param {WorkerOptions} options */
      constructor(url, options) {
        super(url, options);
        workers.push(this);
      }
      /** @override */
      terminate() {
        forget(this);
        super.terminate();
      }
    };
  }

  /** @param {Worker} worker */
  function forget(worker) {
    if (workers.includes(worker)) workers.splice(workers.indexOf(worker), 1);
  }

  /** As if the browser had ended it: nobody in here knows. @param {number} which */
  function killWorker(which) {
    const worker = workers[which % Math.max(1, workers.length)];
    if (!worker) return false;
    worker.terminate();
    return true;
  }

  /** A fault that was asked for was made here: a round counts no other. @param {number} move @param {boolean | number} really */
  const made = (move, really) => {
    if (really) channel.postMessage({ to: 'page', do: 'made', move });
  };

  // ── IndexedDB ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────
  const realOpen = IDBFactory.prototype.open;
  const realBegin = IDBDatabase.prototype.transaction;
  /** @type {Set<IDBDatabase>} */
  const handles = new Set();
  /** @type {number[]} for each transaction that is to be aborted, which move asked for it */
  const toAbort = [];
  /** @type {Set<string>} what is under way, for the history of a round that gets stuck */
  const underWay = new Set();
  let begun = 0;

  IDBDatabase.prototype.transaction = function (...given) {
    const tx = realBegin.apply(this, given);
    handles.add(this);
    begun += 1;
    const what = `${begun} ${tx.mode} ${[...tx.objectStoreNames]}`;
    underWay.add(what);
    for (const end of ['complete', 'abort']) tx.addEventListener(end, () => underWay.delete(what));
    tx.addEventListener('abort', () => tx.error?.name === 'QuotaExceededError' && report(`full: ${what}`));
    const move = toAbort.shift();
    if (move !== undefined) {
      const abort = () => {
        try {
          tx.abort();
          made(move, true);
        } catch {
          // It was over before.
        }
      };
      if (toAbort.length % 2) abort();
      else setTimeout(abort);
    }
    return tx;
  };

  IDBFactory.prototype.open = function (name, version) {
    if (!name.startsWith('holdfast:/') || version === undefined)
      return version === undefined ? realOpen.call(this, name) : realOpen.call(this, name, version);
    const request = realOpen.call(this, name, version + schema);
    begun += 1;
    const what = `${begun} open ${version + schema}`;
    underWay.add(what);
    for (const end of ['success', 'error']) request.addEventListener(end, () => underWay.delete(what));
    if (schema === 0) return request;
    request.addEventListener('upgradeneeded', (event) => {
      if (event.oldVersion > 0) event.stopImmediatePropagation();
      if (!request.transaction) return;
      for (let step = 1; step <= schema; step += 1) {
        if (!request.result.objectStoreNames.contains(`migration ${step}`))
          request.result.createObjectStore(`migration ${step}`);
      }
      if (event.oldVersion === 0) return;
      // A migration takes its time, and touches every task.
      const rows = request.transaction.objectStore('tasks').openCursor();
      rows.addEventListener('success', () => {
        rows.result?.update(rows.result.value);
        rows.result?.continue();
      });
    });
    return request;
  };

  /** @param {boolean} told whether a `close` event says so, as when the browser itself closes it */
  function closeHandles(told) {
    const { size } = handles;
    for (const db of handles) {
      db.close();
      if (told) db.dispatchEvent(new Event('close'));
    }
    handles.clear();
    return size;
  }

  // ── streams that the service worker sends ──────────────────────────────────────────────────────────────────────────────────────
  /** @type {Set<ReadableStreamDefaultController>} */
  const sending = new Set();
  if (thread === 'service-worker') {
    const Real = /** @type {new (source: object, strategy: object) => object} */ (ReadableStream);
    scope.ReadableStream = class extends Real {
      /** @param {UnderlyingDefaultSource} source @param {QueuingStrategy} strategy */
      constructor(source = {}, strategy = {}) {
        super(
          {
            ...source,
            start(/** @type {ReadableStreamDefaultController} */ controller) {
              sending.add(controller);
              return source.start?.(controller);
            },
          },
          strategy,
        );
      }
    };
  }

  /** How many were cut. */
  function cutStreams() {
    let cut = 0;
    for (const controller of sending) {
      try {
        // Throws when it is over.
        controller.enqueue(new Uint8Array());
        controller.error(new Error('cut'));
        cut += 1;
      } catch {}
    }
    sending.clear();
    return cut;
  }

  // ── what went wrong where nobody waits for an answer ───────────────────────────────────────────────────────────────────────────
  const report = (/** @type {string} */ text) => channel.postMessage({ to: 'page', do: 'report', thread, text });
  const { error: realError } = console;
  console.error = (...given) => {
    report(given.map((each) => String(each)).join(' '));
    realError.apply(console, given);
  };

  // ── what other threads are told to do ──────────────────────────────────────────────────────────────────────────────────────────
  channel.addEventListener('message', ({ data }) => {
    if (data.do === 'set-clock' && data.setting > setting) {
      jumped = data.by_ms;
      setting = data.setting;
    }
    if (data.to !== thread) return;
    if (data.do === 'tell-clock') channel.postMessage({ do: 'set-clock', by_ms: jumped, setting });
    if (data.do === 'abort-transactions') toAbort.push(...Array(data.count).fill(data.move));
    if (data.do === 'close-handles') made(data.move, closeHandles(data.told));
    if (data.do === 'cut-streams') made(data.move, cutStreams());
    if (data.do === 'kill-job-worker') made(data.move, killWorker(data.which));
    if (data.do === 'tell-state') report(JSON.stringify({ underWay: [...underWay], workers: workers.length }));
  });

  scope.chaos = { killWorker };
  if (!isPage) return;

  // ── what a page asks and is answered ───────────────────────────────────────────────────────────────────────────────────────────
  /** @type {object[]} */
  let records = [];
  let requests = 0;
  /** @param {object} entry */
  const record = (entry) => records.push({ at: Math.round(performance.timeOrigin + performance.now()), ...entry });
  record({ kind: 'life', version: scope.chaosBuild.version });
  /** @type {WeakMap<ReadableStream, number>} */
  const bodies = new WeakMap();
  /** @type {WeakMap<ReadableStreamDefaultReader, { id: number, decoder: TextDecoder }>} */
  const taps = new WeakMap();

  const realFetch = scope.fetch;
  /** @param {RequestInfo | URL} input @param {RequestInit} init */
  scope.fetch = async (input, init = {}) => {
    requests += 1;
    const id = requests;
    const url = new URL(String(input), scope.location.href);
    const headers = Object.fromEntries(new Headers(init.headers));
    const body = typeof init.body === 'string' ? init.body : null;
    record({ kind: 'request', id, method: init.method ?? 'GET', path: url.pathname + url.search, headers, body });
    try {
      /** @type {Response} */
      const response = await realFetch.call(scope, input, init);
      const type = response.headers.get('Content-Type') ?? '';
      const answer = { kind: 'answer', id, status: response.status, type, location: response.headers.get('Location') };
      if (type.startsWith('text/event-stream') && response.body) {
        bodies.set(response.body, id);
        record(answer);
      } else if (/json/.test(type)) {
        const text = response.clone().text();
        text.then(
          (text) => record({ ...answer, text }),
          (error) => record({ kind: 'failed', id, error: String(error) }),
        );
      } else record(answer);
      return response;
    } catch (error) {
      record({ kind: 'failed', id, error: String(error) });
      throw error;
    }
  };

  const realReader = ReadableStream.prototype.getReader;
  const { read } = ReadableStreamDefaultReader.prototype;
  ReadableStream.prototype.getReader = /** @type {any} */ (
    /** @this {ReadableStream} @param {[]} given */
    function (...given) {
      const reader = realReader.apply(this, given);
      const id = bodies.get(this);
      if (id !== undefined && reader instanceof ReadableStreamDefaultReader)
        taps.set(reader, { id, decoder: new TextDecoder() });
      return reader;
    }
  );
  ReadableStreamDefaultReader.prototype.read = function () {
    const chunk = read.call(this);
    const tap = taps.get(this);
    if (tap) {
      chunk.then(
        ({ done, value }) => {
          if (done) record({ kind: 'end', id: tap.id, how: 'closed' });
          else record({ kind: 'chunk', id: tap.id, text: tap.decoder.decode(value, { stream: true }) });
        },
        () => record({ kind: 'end', id: tap.id, how: 'broken' }),
      );
    }
    return chunk;
  };

  channel.addEventListener('message', ({ data }) => {
    if (data.do === 'report') record({ kind: 'report', thread: data.thread, text: data.text });
    if (data.do === 'made') record({ kind: 'made', move: data.move });
  });
  addEventListener('error', ({ message }) => record({ kind: 'error', message }));
  addEventListener('unhandledrejection', ({ reason }) => record({ kind: 'error', message: `unhandled: ${reason}` }));

  // ── what a page is told to do ──────────────────────────────────────────────────────────────────────────────────────────────────
  /** @param {string} path */
  const at = (path) => new URL(path, scope.holdfast.base);
  const DATABASE = 'holdfast:/';
  const FOLDER = encodeURIComponent(DATABASE);

  /** @param {{ size: number, seed: number }} content as in `contents.mjs` */
  function bytesOf({ size, seed }) {
    const words = new Uint32Array(Math.ceil(size / 4));
    let x = seed | 1;
    for (let i = 0; i < words.length; i += 1) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      words[i] = x;
    }
    return new Uint8Array(words.buffer, 0, size);
  }

  /** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
  const answered = (request) =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(request.error));
    });

  const FILLER = 'chaos filler';
  const FILL_BYTES = 2 ** 22;
  /** More than any round leaves free. */
  const MOST_BYTES = 2 ** 28;

  /** @param {IDBTransaction} tx @param {Uint8Array} bytes @returns {Promise<boolean>} */
  const fits = (tx, bytes) =>
    new Promise((resolve, reject) => {
      tx.objectStore('bytes').add(bytes);
      tx.addEventListener('complete', () => resolve(true));
      tx.addEventListener('abort', () =>
        tx.error?.name === 'QuotaExceededError' ? resolve(false) : reject(tx.error ?? new Error('aborted')),
      );
    });

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  const sha256 = async (bytes) =>
    [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');

  /** Every row of every store; bytes and blobs by their size. */
  async function readDatabase() {
    const db = await answered(realOpen.call(indexedDB, DATABASE));
    /** @type {Record<string, { key: IDBValidKey, value: unknown }[]>} */
    const stores = {};
    // In one transaction: what others write meanwhile belongs to none of it.
    const tx = realBegin.call(db, db.objectStoreNames);
    for (const name of db.objectStoreNames) {
      const store = tx.objectStore(name);
      const [keys, values] = await Promise.all([answered(store.getAllKeys()), answered(store.getAll())]);
      stores[name] = keys.map((key, i) => ({ key, value: values[i] }));
    }
    db.close();
    return stores;
  }

  /** Every file of ours in OPFS. */
  async function readFolder() {
    /** @type {Record<string, { size: number, sha256: string }[]>} by task */
    const found = {};
    if (!navigator.storage?.getDirectory) return found;
    const root = await navigator.storage.getDirectory();
    /** @type {any} */
    const folder = await root.getDirectoryHandle(FOLDER).catch(() => null);
    if (!folder) return found;
    for await (const [task_id, directory] of folder.entries()) {
      found[task_id] = [];
      for await (const file of directory.values()) {
        const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
        found[task_id]?.push({ size: bytes.length, sha256: await sha256(bytes) });
      }
    }
    return found;
  }

  /** @param {unknown} _key @param {unknown} value */
  const summed = (_key, value) =>
    value instanceof Blob || value instanceof Uint8Array
      ? { bytes: 'size' in value ? value.size : value.length }
      : value;

  /** The tasks that are followed, and the last number that was seen of each. @type {Map<string, { last: string | undefined, isOver: boolean }>} */
  const followed = new Map();

  let watches = 0;
  /** With the product's own client. @param {string} task_id @param {string} [after] */
  async function follow(task_id, after) {
    watches += 1;
    const watcher = `${task_id} ${watches}`;
    const seen = { last: after, isOver: false };
    followed.set(task_id, seen);
    record({ kind: 'watch', watcher, task_id, after: after ?? null });
    const options = after === undefined ? {} : { after };
    try {
      for await (const { event, id, data } of scope.holdfast.watch(task_id, options)) {
        seen.last = id;
        record({ kind: 'event', watcher, event, id, data });
      }
      record({ kind: 'watched', watcher });
      seen.isOver = true;
    } catch (error) {
      record({ kind: 'error', message: `watch: ${error}` });
    }
  }

  /** @type {Map<number, { value?: unknown, error?: string }>} */
  const tickets = new Map();

  Object.assign(scope.chaos, {
    /**
     * Begins a call, for drivers that would wait for its end and do nothing else meanwhile. Text, because Firefox keeps a driver's objects
     * apart from those of the page.
     *
     * @param {string} text
     */
    begin(text) {
      const [name, ...given] = JSON.parse(text);
      const ticket = tickets.size + 1;
      tickets.set(ticket, {});
      (async () => scope.chaos[name](...given))().then(
        (value = null) => tickets.set(ticket, { value }),
        (error) => tickets.set(ticket, { error: String(error) }),
      );
      return ticket;
    },
    /** @param {number} ticket */
    ended: (ticket) => JSON.stringify(tickets.get(ticket) ?? { error: 'the page was loaded again' }),
    /** True, or what the page shows instead. */
    ready: () => scope.holdfast !== undefined || `${document.readyState}: ${document.body?.textContent}`,
    version: () => scope.chaosBuild.version,
    /** How an update stands, for the history of a round whose pages do not come to the newest version. */
    async updating() {
      const { active, waiting, installing } = (await navigator.serviceWorker.getRegistration()) ?? {};
      const states = [active, waiting, installing].map((each) => each?.state ?? null);
      return { states, notice: document.querySelector('.notice')?.textContent };
    },
    take() {
      const taken = records;
      records = [];
      return taken;
    },
    /** @param {{ name: string, size: number, seed: number }[]} contents */
    addFiles: (contents) =>
      Promise.all(contents.map((content) => scope.holdfast.addFile(new File([bytesOf(content)], content.name)))),
    /** @param {object} draft @param {string} key */
    submit: (draft, key) => scope.holdfast.submit(draft, key),
    /** @param {'cancel' | 'pause' | 'resume' | 'retry'} name @param {string} task_id */
    async command(name, task_id) {
      try {
        return { status: 200, task: await scope.holdfast[name](task_id) };
      } catch (error) {
        const { status } = /** @type {{ status?: number }} */ (error);
        if (status === undefined) throw error;
        return { status, task: null };
      }
    },
    /** @param {object} patch */
    configure: (patch) => scope.holdfast.configure(patch),
    list: async () => (await scope.holdfast.list({ limit: 500 })).tasks,
    /** @param {string} task_id @param {string} [after] */
    watch(task_id, after) {
      if (!followed.has(task_id) && scope.holdfast) follow(task_id, after);
    },
    /** Those whose end was not seen yet. One that has gone on since what looked like its end is followed on. @param {[string, string][]} ends the last number of each */
    watching(ends) {
      for (const [task_id, end] of ends) {
        const seen = followed.get(task_id);
        if (seen?.isOver && Number(seen.last ?? 0) < Number(end)) follow(task_id, seen.last);
      }
      return [...followed].flatMap(([task_id, { isOver }]) => (isOver ? [] : [task_id]));
    },
    /** Everything that the API tells of a task, by requests of its own. @param {string} task_id */
    async inspect(task_id) {
      const task = await (await scope.fetch(at(`tasks/${task_id}`))).json();
      const reader = (await scope.fetch(at(`tasks/${task_id}/stream`))).body.getReader();
      while (!(await reader.read()).done);
      const log = await (await scope.fetch(at(`tasks/${task_id}/log?limit=10000`))).json();
      const result = await (await scope.fetch(at(`tasks/${task_id}/result`))).json();
      /** @type {Record<string, { status: number, text: string }>} */
      const files = {};
      for (const { name } of task.files) {
        const response = await scope.fetch(at(`tasks/${task_id}/files/${encodeURIComponent(name)}`));
        files[name] = { status: response.status, text: await response.text() };
      }
      return { task, log, result, files };
    },
    dump: async () => JSON.parse(JSON.stringify({ stores: await readDatabase(), folder: await readFolder() }, summed)),
    locks: async () => (await navigator.locks.query()).held?.map(({ name }) => name) ?? [],
    killExecutor: () => killWorker(0),
    /** @param {string} to @param {object} message */
    tell: (to, message) => channel.postMessage({ to, ...message }),
    /** @param {number} by_ms @param {number} now which setting this is: they are counted from 1 */
    setClock(by_ms, now) {
      if (now <= setting) return;
      jumped = by_ms;
      setting = now;
      channel.postMessage({ do: 'set-clock', by_ms, setting });
    },
    /** Makes every thread give its handle up, as an upgrade does that then fails. */
    async dropHandles() {
      const version = (await indexedDB.databases()).find(({ name }) => name === DATABASE)?.version;
      if (version === undefined) throw new Error('there is no database yet');
      const request = realOpen.call(indexedDB, DATABASE, version + 100);
      request.addEventListener('upgradeneeded', () => request.transaction?.abort());
      await answered(request).catch(() => {});
    },
    /** Writes into a database of its own until there is no room for another byte. Chromium looks at a quota again only then. */
    async fillStorage() {
      const opening = realOpen.call(indexedDB, FILLER, 1);
      opening.addEventListener('upgradeneeded', () =>
        opening.result.createObjectStore('bytes', { autoIncrement: true }),
      );
      const db = await answered(opening);
      try {
        let written = 0;
        for (let size = FILL_BYTES; size >= 1; ) {
          // Nothing that a database could make smaller.
          const bytes = bytesOf({ size, seed: begun + written + 1 });
          if (await fits(realBegin.call(db, 'bytes', 'readwrite'), bytes)) written += size;
          else size = Math.floor(size / 2);
          if (written > MOST_BYTES) throw new Error('the storage does not get full');
        }
      } finally {
        db.close();
      }
    },
    freeStorage: async () => void (await answered(indexedDB.deleteDatabase(FILLER))),
    /** Fetches the version that is there now. @param {boolean} takeOver whether it replaces the old one at once */
    async update(takeOver) {
      const registration = await navigator.serviceWorker.getRegistration();
      // Chromium sometimes lets this wait for a minute.
      if (!registration) throw new Error('there is no service worker yet');
      registration.update().catch(() => {});
      if (!takeOver) return;
      registration.addEventListener('updatefound', () => {
        const next = registration.installing;
        next?.addEventListener('statechange', () => next.state === 'installed' && scope.holdfast?.takeOver());
      });
    },
    /** Whether the app asks to be loaded again. */
    isOutdated: () => document.querySelector('.notice button') !== null,
    /** Does as it asks: it loads itself again then. */
    press: () => /** @type {HTMLElement | null} */ (document.querySelector('.notice button'))?.click(),
    life: () => performance.timeOrigin,
  });
})();
