import { expect, test } from 'vitest';
import { watchLock } from '../../../workers/executor/lease.ts';
import { fakeLocks } from '../simulation/fake-locks.ts';

test('the death of an owner reaches everybody who asks for its lock, though a frozen tab asked first', async () => {
  const locks = fakeLocks();
  locks.of('owner').request('lease', () => new Promise(() => {}));
  const stays = () => new Promise<never>(() => {});
  watchLock(locks.of('frozen', stays), 'lease', () => expect.unreachable());
  const told = Promise.all(
    ['one', 'another'].map((name) => new Promise<void>((granted) => watchLock(locks.of(name), 'lease', granted))),
  );
  locks.drop('owner', true);
  await told;
});
