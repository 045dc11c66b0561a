/** An experiment: a task, the faults that were made meanwhile, and what must hold of everything that was received. */
import { batch, signal } from '@preact/signals';
import { HttpProblem, isFinished, type LogEvent, type StreamEvent, type Task } from '../../client/index.ts';
import type { AppModel, Ready } from '../app-model.ts';
import { at } from '../json.ts';
import { sampleOf } from '../samples.ts';
import { type Fault, type Made, make, showsSurvival } from './faults.ts';
import { concluded, type History, looked, noHistory, received } from './invariants.ts';
import { type Counter, type Experiment, kept } from './kept.ts';
import { readRaw } from './raw-stream.ts';

const LOOK_MS = 1_000;
const LOG_PAGE = 10_000;
const COPIES_OF_64_MIB = { short: 8, middle: 32, long: 160 } as const;
export type Length = keyof typeof COPIES_OF_64_MIB;

/** `right`: whether the task's digests are those that WebCrypto has; null for a task that ended without. */
export type Verdict = { kind: 'none' } | { kind: 'ended'; right: boolean | null };
export type Starting = { kind: 'none' } | { kind: 'generating'; percent: number };

export type BreakingModel = ReturnType<typeof createBreaking>;

const models = new WeakMap<Ready, BreakingModel>();

/** It lives as long as the page: who looks at another view meanwhile misses nothing. */
export function breakingOf(app: Ready, all: AppModel): BreakingModel {
  const known = models.get(app);
  const model = known ?? createBreaking(app, all);
  models.set(app, model);
  return model;
}

function createBreaking({ client, executor, tasks }: Ready, { notices }: AppModel) {
  const task = signal<Task | null>(null);
  const starting = signal<Starting>({ kind: 'none' });
  const verdict = signal<Verdict>({ kind: 'none' });
  const experiment = signal<Experiment | null>(null);
  const counter = signal<Counter>(kept.counter());
  let following = new AbortController();
  let followed: string | null = null;

  /** Null once another one has begun: what still comes of an earlier task says nothing of the new one. */
  const experimentWith = (task_id: string): Experiment | null => {
    const now = experiment.peek();
    return now?.task_id === task_id ? now : null;
  };

  function hear(task_id: string, who: keyof Experiment['histories'], event: StreamEvent) {
    const now = experimentWith(task_id);
    if (!now) return;
    const made = who === 'client' ? now.made.map((each) => survivedBy(each, event)) : now.made;
    experiment.value = { ...now, made, histories: { ...now.histories, [who]: received(now.histories[who], event) } };
  }

  function survivedBy(made: Made, event: StreamEvent): Made {
    const now = Date.now();
    if (made.survived || !showsSurvival(made, event, now)) return made;
    counter.value = kept.count(made.fault);
    const attempt = event.event === 'message' ? event.data.attempt : made.attempt;
    return { ...made, survived: { ms: now - made.at, attempt, event: Number(event.id) } };
  }

  const fold = (now: Experiment, next: (history: History) => History) => {
    const { client, wire } = now.histories;
    experiment.value = { ...now, histories: { client: next(client), wire: next(wire) } };
  };

  const save = () => {
    const now = experiment.peek();
    if (now) kept.keepExperiment(now);
  };
  addEventListener('pagehide', save);
  kept.onCount((counted) => {
    counter.value = counted;
  });

  function look(found: Task) {
    const now = experimentWith(found.task_id);
    if (!now) return;
    batch(() => {
      task.value = found;
      fold(now, (history) => looked(history, found));
    });
    save();
  }

  /** From where each of the two readers was, until both have come to the end. */
  async function follow({ task_id, digest }: Experiment) {
    following.abort();
    following = new AbortController();
    followed = task_id;
    const { signal } = following;
    // One that fails says nothing: the next look follows.
    const timer = setInterval(() => {
      client.get(task_id).then(look, () => {});
    }, LOOK_MS);
    const ask = async () => look(await insist(() => client.get(task_id), signal));

    try {
      await ask();
      const now = experimentWith(task_id);
      if (!now) return;
      // One that was retried after its end has not come to it.
      const { histories } = now;
      await Promise.all([
        histories.client.completes > 0 ? null : followByClient(task_id, histories.client.last, signal),
        histories.wire.completes > 0 ? null : followByHand(task_id, histories.wire.last, signal),
      ]);
      if (signal.aborted) return;
      await ask();
      await conclude(task_id, digest, signal);
    } catch (error) {
      if (signal.aborted) return;
      // Removed meanwhile: there is nothing to be said of it any more.
      if (!(error instanceof HttpProblem && error.status === 404)) throw error;
      batch(() => {
        task.value = null;
        experiment.value = null;
      });
    } finally {
      clearInterval(timer);
      if (following.signal === signal) followed = null;
    }
  }

  async function followByClient(task_id: string, after: number, signal: AbortSignal) {
    for await (const event of client.watch(task_id, { signal, ...(after > 0 ? { after: String(after) } : {}) }))
      hear(task_id, 'client', event);
  }

  const followByHand = (task_id: string, after: number, signal: AbortSignal) =>
    readRaw(new URL(`tasks/${task_id}/stream`, client.base).href, {
      after,
      signal,
      heard: (event) => hear(task_id, 'wire', event),
    });

  async function conclude(task_id: string, digest: string, signal: AbortSignal) {
    const ended = task.peek();
    if (!ended || !isFinished(ended.status)) return;
    const log: LogEvent[] = [];
    for (;;) {
      const page = await insist(() => client.log(task_id, Number(log.at(-1)?.id ?? 0), LOG_PAGE), signal);
      log.push(...page.events);
      if (page.events.length === 0 || log.at(-1)?.id === page.last_event_id) break;
    }
    const now = experimentWith(task_id);
    if (!now) return;
    fold(now, (history) => concluded(history, ended, log));
    verdict.value = { kind: 'ended', right: ended.status === 'completed' ? isRight(ended.result, digest) : null };
    save();
  }

  return {
    task,
    starting,
    verdict,
    experiment,
    counter,

    /** The experiment that was under way before a reload, or whose task was retried after its end. */
    goOn() {
      const before = experiment.peek() ?? kept.experiment();
      if (!before || followed === before.task_id) return;
      experiment.value = before;
      verdict.value = { kind: 'none' };
      follow(before).catch(notices.failed);
    },

    async start(length: Length) {
      if (starting.peek().kind !== 'none') return;
      try {
        starting.value = { kind: 'generating', percent: 0 };
        const sample = await sampleOf('checksum', (percent) => {
          starting.value = { kind: 'generating', percent };
        });
        const noise = sample?.sources.at(-1)?.source;
        if (!(noise instanceof File)) throw new Error('There is no sample to break.');
        const digest = hex(await crypto.subtle.digest('SHA-256', await noise.arrayBuffer()));
        const { file_id } = await client.addFile(noise);
        const files = Array.from({ length: COPIES_OF_64_MIB[length] }, () => ({ file_id }));
        const submitted = await client.submit({ type: 'checksum', input: { files }, tags: ['broken on purpose'] });
        const next = {
          task_id: submitted.task_id,
          digest,
          histories: { client: noHistory, wire: noHistory },
          made: [],
        };
        batch(() => {
          tasks.put(submitted);
          task.value = submitted;
          verdict.value = { kind: 'none' };
          experiment.value = next;
        });
        save();
        follow(next).catch(notices.failed);
      } catch (error) {
        notices.failed(error);
      } finally {
        starting.value = { kind: 'none' };
      }
    },

    async break(fault: Fault) {
      const now = experiment.peek();
      if (!now) return;
      const { client: history } = now.histories;
      const attempt = history.state?.attempt ?? 0;
      experiment.value = {
        ...now,
        made: [...now.made, { fault, at: Date.now(), attempt, after: history.last, survived: null }],
      };
      save();
      await make(fault, client, executor).catch(notices.failed);
    },
  };
}

/** Until it works: that a request is lost is what this page is for. What the server refuses stays refused. */
async function insist<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof HttpProblem && error.status < 500) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    signal.throwIfAborted();
  }
}

function isRight(result: unknown, digest: string): boolean {
  const files = at(result, 'files');
  return Array.isArray(files) && files.length > 0 && files.every((file) => at(file, 'digest') === digest);
}

const hex = (bytes: ArrayBuffer) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
