/**
 * The DeepSeek system in TypeScript. This entry only tells the version: import a room for what it does,
 * for example `jingqi/inference` or `jingqi/training`.
 */
export { version } from './version.ts';
