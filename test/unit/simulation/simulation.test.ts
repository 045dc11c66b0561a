/** Random lives of a small world. `npm run simulate -- --runs N --seed S` does more of them. */
import 'fake-indexeddb/auto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isFinished } from '../../../src/core/task.ts';
import { randomFrom } from '../../chaos/random.mjs';
import { checkInvariants, checkOwners } from './invariants.ts';
import { createWorld, type Input, type Page, ticks, type World } from './world.ts';

const RUNS = Number(process.env.HOLDFAST_RUNS ?? 2_000);
/** Of real time: one that takes longer hangs. */
const LIFE_MS = 60_000;
/** Many times what the lives take on a machine that does nothing else. */
const ALL_MS = 600_000 + RUNS * 300;
const SEED = process.env.HOLDFAST_SEED === undefined ? undefined : Number(process.env.HOLDFAST_SEED);

const index = fc.nat({ max: 7 });
const input: fc.Arbitrary<Input> = fc.record(
  {
    steps: fc.integer({ min: 1, max: 6 }),
    fail_at: fc.nat({ max: 5 }),
    die_at: fc.nat({ max: 5 }),
    stubborn: fc.boolean(),
  },
  { requiredKeys: ['steps'] },
);
const submission = fc.record({
  do: fc.constant('submit' as const),
  type: fc.constantFrom('wide', 'narrow'),
  input,
  priority: fc.integer({ min: 0, max: 2 }),
  max_attempts: fc.integer({ min: 1, max: 3 }),
  timeout_ms: fc.option(fc.integer({ min: 50, max: 900 }), { freq: 4 }),
  delay_ms: fc.option(fc.integer({ min: 0, max: 3_000 }), { freq: 3 }),
  depends_on: fc.option(index, { freq: 3 }),
});
const move = fc.oneof(
  { weight: 5, arbitrary: submission },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.integer({ min: 50, max: 1_500 }),
      settle: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('cancel' as const, 'pause' as const, 'resume' as const, 'retry' as const, 'restart' as const),
      index,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('close' as const, 'steal' as const, 'freeze' as const, 'thaw' as const),
      index,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rest' as const) }) },
);
type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;
/** `chance`: what everything that is left to chance follows from. */
const life = fc.record({
  moves: fc.array(fc.record({ move, pause: fc.nat({ max: 6 }) }), { minLength: 3, maxLength: 25 }),
  chance: fc.nat(),
});
type Life = typeof life extends fc.Arbitrary<infer L> ? L : never;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test(
  `whatever commands, deaths, freezes and zombies interleave: no event lost or doubled, attempts that rise, one end, no limit passed, no task that is nobody’s, nothing stuck (${RUNS} lives)`,
  async () => {
    await fc.assert(
      fc.asyncProperty(life, async (drawn) => {
        await lived(drawn, async (world) => {
          const tasks = await checkInvariants(world);
          for (const task of tasks) expect(task.status, 'nothing is stuck').toSatisfy(isFinished);
        });
      }),
      {
        numRuns: RUNS,
        ...(SEED === undefined ? {} : { seed: SEED }),
        endOnFailure: false,
        // A life that hangs has failed, and so have lives that were not lived: the seed is told either way.
        timeout: LIFE_MS,
        interruptAfterTimeLimit: ALL_MS,
        markInterruptAsFailure: true,
      },
    );
  },
  2 * ALL_MS,
);

test('a life is lived the same way twice: what a seed found, it finds again', async () => {
  for (const drawn of fc.sample(life, { seed: 7, numRuns: 25 })) {
    const [first, second] = [await lived(drawn, story), await lived(drawn, story)];
    expect(second).toEqual(first);
  }
});

/** What was committed, but for the names that tasks were given. */
async function story({ commits }: World): Promise<string> {
  const names = new Map<string, string>();
  const name = (id: string) => names.get(id) ?? names.set(id, `task ${names.size}`).get(id);
  const text = JSON.stringify(commits.map(({ segments, tasks }) => [segments, tasks]));
  return text.replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, (id) => String(name(id)));
}

/** Lives a life to its end, and looks at what became of the world. */
async function lived<T>({ moves, chance }: Life, look: (world: World) => Promise<T>): Promise<T> {
  vi.clearAllTimers();
  vi.setSystemTime(Date.UTC(2026, 0, 1));
  vi.spyOn(Math, 'random').mockImplementation(randomFrom(chance).next);
  const world = await createWorld();
  try {
    await live(world, moves);
    await settle(world);
    return await look(world);
  } finally {
    world.close();
  }
}

async function live(world: World, moves: { move: Move; pause: number }[]) {
  const ids: string[] = [];
  world.openPage();
  const pick = <T>(list: T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
  for (const { move: next, pause } of moves) {
    await ticks(pause);
    switch (next.do) {
      case 'submit': {
        const after = next.depends_on === null ? undefined : pick(ids, next.depends_on);
        const { type, input: work, priority, max_attempts, timeout_ms } = next;
        const run_at = next.delay_ms === null ? null : new Date(Date.now() + next.delay_ms).toISOString();
        const draft = { type, input: work, priority, max_attempts, timeout_ms, run_at, tags: [] };
        const submitted = await world.store.submit([{ ...draft, depends_on: after ? [after] : [] }], null);
        if (submitted.kind === 'accepted') ids.push(...submitted.tasks.map((task) => task.task_id));
        break;
      }
      case 'wait':
        await world.advance(next.ms, next.settle);
        break;
      case 'rest':
        await checkOwners(world);
        break;
      case 'open':
        if (world.pages().length < 4) world.openPage();
        break;
      case 'close':
      case 'steal':
      case 'freeze':
      case 'thaw': {
        const page = pick(world.pages(), next.index);
        if (page) fates[next.do](world, page);
        break;
      }
      default:
        command(world, next.do, pick(ids, next.index));
    }
  }
}

const fates = {
  close: (world: World, page: Page) => world.closePage(page),
  steal: (world: World, page: Page) => world.stealFrom(page),
  freeze: (world: World, page: Page) => world.freezePage(page),
  thaw: (world: World, page: Page) => world.thawPage(page),
};

/** Not awaited: the next move comes while it is under way. A task in another state refuses, and that is right. */
function command(
  { backend }: World,
  name: 'cancel' | 'pause' | 'resume' | 'retry' | 'restart',
  task_id: string | undefined,
) {
  if (!task_id) return;
  const asked = {
    cancel: () => backend.cancel(task_id),
    pause: () => backend.pause(task_id),
    resume: () => backend.resume(task_id),
    retry: () => backend.retry(task_id, false),
    restart: () => backend.retry(task_id, true),
  }[name]();
  asked.catch((error: Error) => expect(error.name).toBe('Refusal'));
}

/** With a page open, none frozen and nothing paused, whatever is live comes to an end. */
async function settle(world: World) {
  for (const page of world.pages()) world.thawPage(page);
  if (world.pages().length === 0) world.openPage();
  for (let i = 0; i < 40; i += 1) {
    await checkOwners(world);
    await world.advance(3_000, 4);
    const { counts, tasks } = await world.store.list({ status: ['paused'] }, 500, null);
    if (counts.pending + counts.running + counts.paused === 0) break;
    for (const { task_id } of tasks) command(world, 'resume', task_id);
  }
  await ticks(20);
}
