// node scripts/bootstrap.mjs [--from-caller] PROGRAM ARGS…
// Installs what is missing, then runs PROGRAM (a path from the repository root) on the pinned Node.
// Every npm script goes through here, so that each works alone in a fresh clone on Node 20.
// --from-caller: run in the directory in which the user typed the npm command, not in the root.
// Plain JavaScript that also runs on Node 20, before anything is installed.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseNode, handOver, pinnedNode, pinnedNodeOffered, runningNodeIsEnough } from '../bin/pinned-node.mjs';
import { ensureInstalled } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

async function main(args) {
  const fromCaller = args[0] === '--from-caller';
  const [program, ...rest] = fromCaller ? args.slice(1) : args;
  if (program === undefined) throw new Error('usage: node scripts/bootstrap.mjs [--from-caller] PROGRAM ARGS…');
  await ensureInstalled(root, {
    what: 'what is missing',
    ready: () => pinnedNode(root) !== undefined || !pinnedNodeOffered() || runningNodeIsEnough(),
  });
  const node = chooseNode(root);
  if (!fromCaller) process.chdir(root);
  else if (process.env.INIT_CWD !== undefined) process.chdir(process.env.INIT_CWD);
  const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const tools = path.join(root, 'node_modules', '.bin');
  const searched = [tools, process.env[pathName]].filter(Boolean).join(path.delimiter);
  // Without it every thread of every process strips the types of all its modules anew: half a second of a processor.
  const compiled = process.env.NODE_COMPILE_CACHE ?? path.join(root, 'node_modules', '.cache', 'compiled');
  const env = { ...process.env, [pathName]: searched, NODE_COMPILE_CACHE: compiled };
  handOver(node, [path.join(root, program), ...rest], env);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`jingqi: ${error.message}`);
  process.exit(process.exitCode ?? 1);
});
