/**
 * Group commit: what arrives while a transaction is under way goes into the next one together. `commit` gives a result an item, in
 * their order; what it throws goes to all of them.
 */
export function groupCommit<Item, Result>(
  commit: (items: Item[]) => Promise<PromiseSettledResult<Result>[]>,
): (item: Item) => Promise<Result> {
  type Waiting = { item: Item; resolve(result: Result): void; reject(reason: unknown): void };
  let waiting: Waiting[] = [];
  let busy = false;

  async function drain() {
    busy = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        const results = await commit(group.map(({ item }) => item));
        for (const [i, result] of results.entries()) {
          if (result.status === 'fulfilled') group[i]?.resolve(result.value);
          else group[i]?.reject(result.reason);
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    busy = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) drain();
    });
}
