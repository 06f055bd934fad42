import { defineConfig } from 'vitest/config';

/** What `npm test` runs: the fast tests, each file in a process of its own that may start workers and large memories. */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'bench/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.slow.test.ts'],
    // Processes, not threads: a file's shared memories and worker threads go away with it, and native state
    // (V8 flags, SIGKILL tests) cannot reach another file.
    pool: 'forks',
    globalSetup: ['./tests/cache-setup.ts'],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
