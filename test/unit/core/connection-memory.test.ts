import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { connection } from '../../../src/core/connection.ts';
import 'fake-indexeddb/auto';

const USES = 50_000;
const MIB = 1024 * 1024;

test('a handle that is used for long takes no more memory for it', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const connect = connection('used for long');
  const use = async () => {
    for (let left = USES; left > 0; left -= 1) await connect(async () => null);
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await use();
  expect((await use()) - before).toBeLessThan(MIB);
  connect.close();
});
