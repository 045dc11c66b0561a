/** Yields `count` times without waiting; returns how long that took, in ms. */
export async function* yields(count: number) {
  const start = performance.now();
  for (let done = 1; done <= count; done += 1) {
    yield { done, total: count, unit: 'steps', message: 'on it', checkpoint: () => done };
  }
  return { ms: performance.now() - start };
}
