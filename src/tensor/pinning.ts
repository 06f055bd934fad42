import type { Platform } from '../platform/index.ts';

/**
 * A logical processor for each of `workers` threads, or undefined where threads cannot be kept on one (no machine code,
 * macOS, a browser) or where there are fewer processors than threads, which then had better move.
 */
export function processorsFor(platform: Pick<Platform, 'native'>, workers: number): readonly number[] | undefined {
  const host = platform.native();
  const allowed = 'unavailable' in host ? undefined : host.allowedCpus();
  return allowed !== undefined && allowed.length >= workers ? allowed.slice(0, workers) : undefined;
}

/** Keeps the calling thread on a processor. False where the system does not let it. */
export function pinThread(platform: Pick<Platform, 'native'>, processor: number): boolean {
  const host = platform.native();
  return !('unavailable' in host) && host.pinThread(processor);
}

/** Gives the calling thread back the processors that it had. */
export function unpinThread(platform: Pick<Platform, 'native'>): void {
  const host = platform.native();
  if (!('unavailable' in host)) host.unpinThread();
}
