import { type PartialFile, platform } from '../platform/index.ts';
import { sleep } from './problems.ts';

/**
 * Contents that are not whole yet lie beside the whole ones as `DIGITS.MACHINE-PROCESS.incomplete`: each process writes
 * to a file of its own, so no two ever write to one. Who finds a file whose process has ended takes it over by renaming
 * it, which only one can do.
 */
export interface ClaimOptions {
  /** Whether the whole content is there. */
  readonly isDone: () => Promise<boolean>;
  /** Told when another process is at the same content. */
  readonly onWait: (process: string) => void;
  /** Milliseconds without a change after which the process of a file counts as ended, wherever it runs. */
  readonly abandoned?: number;
  /** Milliseconds between looks at a content that another process is at. */
  readonly poll?: number;
  readonly signal: AbortSignal | undefined;
}

/** A process that waits for a server touches its files once a minute; see `transfer`. */
const ABANDONED = 600_000;
const POLL = 500;

/**
 * Opens the file to go on with, which may hold bytes already. Waits while another process is at the same content.
 * @returns undefined when that process has finished it.
 */
export async function claimPartial(target: string, options: ClaimOptions): Promise<PartialFile | undefined> {
  const { files } = platform();
  const own = `${target}.${ownMark()}.incomplete`;
  let told = false;
  for (;;) {
    if (await options.isDone()) return undefined;
    const others = (await partialsOf(target)).filter((path) => path !== own);
    const busy = await firstBusy(others, options);
    if (busy === undefined) {
      await takeOver(others, own);
      const partial = await files.openPartial(own);
      const rival = await rivalOf(own, target, options);
      if (rival === undefined) return partial;
      await partial.close();
      await files.remove(own);
      continue;
    }
    if (!told) options.onWait(processOf(busy) ?? 'another process');
    told = true;
    await sleep(options.poll ?? POLL, options.signal);
  }
}

/**
 * What makes this process step back although it saw nobody a moment ago: the content is whole by now, or another process
 * has begun at the same time. Of two that see each other the one whose name comes first stays.
 */
async function rivalOf(own: string, target: string, options: ClaimOptions): Promise<string | undefined> {
  if (await options.isDone()) return target;
  return firstBusy(
    (await partialsOf(target)).filter((path) => path < own),
    options,
  );
}

async function firstBusy(
  paths: readonly string[],
  { abandoned = ABANDONED }: ClaimOptions,
): Promise<string | undefined> {
  for (const path of paths) if (await isBusy(path, abandoned)) return path;
  return undefined;
}

/** Bytes of the longest unfinished content of a target. */
export async function partialBytes(target: string): Promise<number> {
  const { files } = platform();
  if (!(await files.exists(target.slice(0, target.lastIndexOf('/'))))) return 0;
  const sizes = await Promise.all((await partialsOf(target)).map(async (path) => (await files.stat(path)).size));
  return Math.max(0, ...sizes);
}

/** Unfinished contents of a target, of all processes. */
async function partialsOf(target: string): Promise<string[]> {
  const at = target.lastIndexOf('/');
  const directory = target.slice(0, at);
  const entries = await platform().files.list(directory);
  const start = `${target.slice(at + 1)}.`;
  return entries
    .filter((name) => name.startsWith(start) && processOf(name) !== undefined)
    .map((name) => `${directory}/${name}`);
}

/** Which process a file belongs to, as `MACHINE-PROCESS`; undefined for other files, also those of huggingface_hub. */
export function processOf(path: string): string | undefined {
  return /\.([0-9a-f]{8}-\d+)\.incomplete$/.exec(path)?.[1];
}

/** The largest of the files that are left over becomes this process's own; the others are of no use beside it. */
async function takeOver(others: readonly string[], own: string): Promise<void> {
  const { files } = platform();
  const sized: { path: string; size: number }[] = [];
  for (const path of (await files.exists(own)) ? [...others, own] : others) {
    const size = await files.stat(path).then(
      (status) => status.size,
      () => -1,
    );
    if (size >= 0) sized.push({ path, size });
  }
  sized.sort((a, b) => b.size - a.size);
  const [largest, ...rest] = sized;
  for (const { path } of rest) await files.remove(path);
  // Another process may have been quicker; then this one begins anew.
  if (largest !== undefined && largest.path !== own) await files.rename(largest.path, own).catch(() => undefined);
}

/** Whether the process of an unfinished content is still at it. */
export async function isBusy(path: string, abandoned = ABANDONED): Promise<boolean> {
  const [machine, id] = (processOf(path) ?? '').split('-');
  const self = platform().process();
  const here = self !== undefined && machine === markOf(self.machine);
  if (here && (Number(id) === self.id || !self.isRunning(Number(id)))) return false;
  const status = await platform()
    .files.stat(path)
    .catch(() => undefined);
  return status !== undefined && Date.now() - status.modified < abandoned;
}

function ownMark(): string {
  const self = platform().process();
  if (self === undefined) throw new Error('models are fetched only in Node');
  return `${markOf(self.machine)}-${self.id}`;
}

function markOf(machine: string): string {
  const sum = platform().checksum('sha1');
  sum.update(new TextEncoder().encode(machine));
  return sum.end().slice(0, 8);
}
