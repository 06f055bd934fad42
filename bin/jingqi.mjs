#!/usr/bin/env node
// The installed command: runs the built program on the pinned Node.
import { fileURLToPath } from 'node:url';
import { chooseNode, handOver, runningNodeIsEnough } from './pinned-node.mjs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (runningNodeIsEnough()) {
  process.argv[1] = fileURLToPath(main);
  await import(main.href);
} else {
  try {
    handOver(chooseNode(fileURLToPath(new URL('..', import.meta.url))), [
      fileURLToPath(main),
      ...process.argv.slice(2),
    ]);
  } catch (error) {
    console.error(`jingqi: ${error.message}`);
    process.exit(1);
  }
}
