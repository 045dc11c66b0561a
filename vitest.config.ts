import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { define } from './vite.config.ts';

/** The gate takes longest: begun last, it would leave a core idle. */
class GateFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isGate = ({ moduleId }: TestSpecification) => moduleId.includes('/test/unit/gate/');
    return [...sorted.filter(isGate), ...sorted.filter((file) => !isGate(file))];
  }
}

export default defineConfig({
  define,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    include: ['test/unit/**/*.test.{ts,tsx}'],
    environment: 'node',
    // Ten times what any test takes alone: a busy machine is no failure.
    testTimeout: 60_000,
    // Vitest leaves a core free, which on two is half of them.
    maxWorkers: '100%',
    sequence: { sequencer: GateFirst },
    setupFiles: ['test/unit/setup.ts'],
    allowOnly: !process.env.CI,
  },
});
