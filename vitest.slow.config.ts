import { mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** What `npm run test:slow` runs: `*.slow.test.ts`, minutes each, one file at a time, outside CI. */
const config = mergeConfig(base, {
  test: { fileParallelism: false, testTimeout: 30 * 60_000, passWithNoTests: true },
});
config.test.include = ['src/**/*.slow.test.ts', 'tests/**/*.slow.test.ts'];
config.test.exclude = ['**/node_modules/**'];
export default config;
