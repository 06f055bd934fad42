// Installs what package-lock.json asks for, only when something is missing.
// Plain JavaScript that also runs on Node 20, before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The exit code by which shells know a program stopped by Ctrl-C. */
const INTERRUPTED = 130;
const STAMP = path.join('node_modules', '.jingqi-install.json');

/**
 * Makes sure that `folder`/node_modules holds what `folder`/package-lock.json asks for.
 * Prints one line to stderr while it installs, nothing where all is there already.
 *
 * @param {string} folder folder with package.json (and usually package-lock.json)
 * @param {{ what: string, ready?: () => boolean }} options `what` names the thing in the line;
 *   `ready` is a further condition, checked before and after.
 * @throws Error with the end of npm's output and the path of the whole log where npm fails.
 */
export async function ensureInstalled(folder, { what, ready = () => true }) {
  const fingerprint = fingerprintOf(folder);
  if (isInstalled(folder, fingerprint) && ready()) return;
  const unlock = await lock(folder);
  try {
    // Another process may have done it while this one waited.
    if (isInstalled(folder, fingerprint) && ready()) return;
    await install(folder, what);
    writeStamp(folder, fingerprint);
  } finally {
    unlock();
  }
}

/** A text that changes whenever the installed packages would have to. */
function fingerprintOf(folder) {
  const hash = createHash('sha256');
  const lockFile = path.join(folder, 'package-lock.json');
  hash.update(readFileSync(existsSync(lockFile) ? lockFile : path.join(folder, 'package.json')));
  return `${hash.digest('hex')} ${process.platform}-${process.arch}`;
}

function isInstalled(folder, fingerprint) {
  const stamp = readJson(path.join(folder, STAMP));
  if (stamp?.fingerprint === fingerprint) return true;
  // Installed by hand with npm: npm's own record of what it laid tells whether it is what the lock asks for.
  const wanted = readJson(path.join(folder, 'package-lock.json'))?.packages;
  const laid = readJson(path.join(folder, 'node_modules', '.package-lock.json'))?.packages;
  if (wanted === undefined || laid === undefined) return false;
  for (const [place, entry] of Object.entries(wanted)) {
    if (place === '') continue;
    const have = laid[place];
    if (have === undefined ? !entry.optional : have.version !== entry.version || have.integrity !== entry.integrity) {
      return false;
    }
  }
  writeStamp(folder, fingerprint);
  return true;
}

function writeStamp(folder, fingerprint) {
  try {
    writeFileSync(path.join(folder, STAMP), `${JSON.stringify({ fingerprint })}\n`);
  } catch {
    // A read-only checkout only loses the short cut.
  }
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

async function install(folder, what) {
  const started = Date.now();
  const cache = path.join(folder, '.cache');
  mkdirSync(cache, { recursive: true });
  const logFile = path.join(cache, 'install.log');
  process.stderr.write(`Installing ${what} (first time or changed; usually under a minute) … `);
  const code = await runNpm(folder, logFile);
  if (process.exitCode === INTERRUPTED) {
    process.stderr.write('stopped.\n');
    throw new Error('the installation was interrupted; the same command starts it again');
  }
  if (code !== 0) {
    process.stderr.write('failed.\n');
    const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-12).join('\n');
    throw new Error(
      `npm could not install ${what} (exit code ${code}). The end of its output:\n\n${tail}\n\n` +
        `The whole output is in ${logFile}. Check the network and the registry that npm is set to, then run the same command again.`,
    );
  }
  process.stderr.write(`done in ${Math.ceil((Date.now() - started) / 1000)} s.\n`);
}

/** Runs `npm ci` (`npm install` without a lock file) in `folder`, all output to `logFile`; gives the exit code. */
function runNpm(folder, logFile) {
  const args = [
    existsSync(path.join(folder, 'package-lock.json')) ? 'ci' : 'install',
    // Nothing here needs install scripts, so none run: the pinned Node comes as plain files.
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    '--loglevel=warn',
  ];
  const env = { ...process.env };
  // Settings of the npm that runs this script concern that run, not this installation.
  for (const name of Object.keys(env)) {
    if (
      /^npm_config_(loglevel|silent|json|omit|only|production|global|dry_run|workspaces?|prefix|local_prefix)$/i.test(
        name,
      )
    ) {
      delete env[name];
    }
  }
  const log = openSync(logFile, 'w');
  const npm = process.env.npm_execpath;
  // Started by npm: use that very npm, on the Node that it runs on.
  const [command, ...before] =
    npm !== undefined && /npm-cli\.[cm]?js$/.test(npm)
      ? [process.env.npm_node_execpath ?? process.execPath, npm]
      : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  return new Promise((resolve) => {
    const child = spawn(command, [...before, ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', log, log],
      shell: command.endsWith('.cmd'),
    });
    const stop = (signal) => {
      child.kill(signal);
      process.exitCode = INTERRUPTED;
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    const end = (code) => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      closeSync(log);
      resolve(code);
    };
    child.on('error', (error) => {
      writeSync(log, `cannot start ${command}: ${error.message}\n`);
      end(127);
    });
    child.on('exit', (code, signal) => end(code ?? signal));
  });
}

/** Lets one process at a time install into `folder`; gives the function that lets the next one in. */
async function lock(folder) {
  const cache = path.join(realpathSync(folder), '.cache');
  mkdirSync(cache, { recursive: true });
  const file = path.join(cache, 'install.lock');
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!holderIsAlive(file)) rmSync(file, { force: true });
    else await sleep(200);
  }
  const unlock = () => rmSync(file, { force: true });
  process.once('exit', unlock);
  return () => {
    process.off('exit', unlock);
    unlock();
  };
}

function holderIsAlive(file) {
  let pid;
  try {
    pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  } catch {
    return false;
  }
  // Just created, its holder's number not written yet.
  if (Number.isNaN(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
