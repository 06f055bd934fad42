import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The environment of a process whose helpers are pinned, or the reason why they are not; `release` when it has ended. */
export type Pinning = { readonly environment: Record<string, string>; release(): void } | { readonly reason: string };

/** For a process whose library computes in `threads` threads that it starts itself; see pin-threads.c. */
export function pinnedEnvironment(library: string, threads: number): Pinning {
  if (process.platform !== 'linux') return { reason: 'threads of other programs are pinned on Linux only' };
  const directory = mkdtempSync(path.join(tmpdir(), 'jingqi-pin-'));
  const output = path.join(directory, 'pin-threads.so');
  const source = fileURLToPath(new URL('./pin-threads.c', import.meta.url));
  try {
    execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', output, source, '-ldl'], { stdio: 'pipe' });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { reason: missing ? 'there is no C compiler (cc) here' : `cc failed: ${(error as Error).message}` };
  }
  return {
    environment: { LD_PRELOAD: output, PIN_LIBRARY: library, PIN_THREADS: String(threads) },
    release: () => rmSync(directory, { recursive: true, force: true }),
  };
}
