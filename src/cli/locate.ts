import { locateModel, type ModelLocation, type PullOptions } from '../hub/index.ts';
import { PullProgress } from './pull-progress.ts';

/** The user has stopped a command; the shell learns of it by the exit code. */
export class Interrupted extends Error {
  readonly exitCode = 130;
}

/** Finds a model by what was written for it, and shows progress where it has to be pulled. */
export function locate(model: string, options: PullOptions = {}): Promise<ModelLocation> {
  return withProgress((hooks) => locateModel(model, { ...options, ...hooks }));
}

/** Runs something that may pull, with progress and an orderly end at Ctrl-C. */
export async function withProgress<T>(work: (hooks: PullOptions) => Promise<T>): Promise<T> {
  const progress = new PullProgress();
  const stop = new AbortController();
  const onInterrupt = () => {
    stop.abort(new Interrupted('interrupted; what has arrived is kept, and the same command goes on from there'));
  };
  process.once('SIGINT', onInterrupt);
  try {
    return await work({ ...progress.hooks, signal: stop.signal });
  } finally {
    progress.end();
    process.off('SIGINT', onInterrupt);
  }
}
