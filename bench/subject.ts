import { fork } from 'node:child_process';

/** Milliseconds for a subject to end by itself. */
const PATIENCE = 5000;

/**
 * Things to compare each run in a process of their own, because V8's flags hold for a whole process and libraries
 * bring their own threads. The parent asks them in turn, so that drift of the machine meets all of them alike.
 */
export class Subject<Result = number> {
  readonly #child;
  #waiting: { resolve(result: Result): void; reject(error: Error): void } | undefined;

  private constructor(module: URL, options: unknown, environment: Readonly<Record<string, string>>) {
    const child = fork(module, [JSON.stringify(options)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...environment },
    });
    this.#child = child;
    child.on('message', (message: { result: Result } | { error: string }) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if ('error' in message) waiting?.reject(new Error(message.error));
      else waiting?.resolve(message.result);
    });
    child.on('exit', (code, signal) =>
      this.#waiting?.reject(new Error(`${module.pathname} ended with ${signal ?? `exit code ${code}`}`)),
    );
    child.on('error', (error) => this.#waiting?.reject(error));
  }

  /** Starts a module that calls {@link serveSubject}, and waits until it is ready to measure. */
  static async start<Result = number>(
    module: URL,
    options: unknown,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Subject<Result>> {
    const subject = new Subject<Result>(module, options, environment);
    await subject.#answer();
    return subject;
  }

  #answer(): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Asks for a measurement; `request` says which, where a subject has several. */
  measure(request?: unknown): Promise<Result> {
    const answer = this.#answer();
    this.#child.send({ request });
    return answer;
  }

  /** Ends the subject: with its own clean-up where it is idle, by force where it is not within some seconds. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.#waiting = undefined;
    if (child.connected) child.disconnect();
    const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await ended;
    clearTimeout(force);
  }
}

/** In a subject's module: prepares, then measures whenever the parent asks. */
export async function serveSubject<Options>(
  start: (options: Options) => Promise<(request: unknown) => unknown> | ((request: unknown) => unknown),
): Promise<void> {
  const send = (message: unknown) => process.send!(message);
  // Before anything that takes long: whoever asked may be gone by then.
  process.on('disconnect', () => process.exit());
  try {
    const measure = await start(JSON.parse(process.argv[2] ?? '{}') as Options);
    process.on('message', async ({ request }: { request?: unknown }) => {
      try {
        send({ result: await measure(request) });
      } catch (error) {
        send({ error: (error as Error).stack });
      }
    });
    send({ result: 'ready' });
  } catch (error) {
    send({ error: (error as Error).stack });
  }
}

/**
 * Measures several subjects in turn, `rounds` times; gives each one's results in order. All are closed at the end.
 */
export async function interleave<Names extends string, Result = number>(
  subjects: Readonly<Record<Names, Subject<Result>>>,
  rounds: number,
  progress: (round: number) => void,
): Promise<Record<Names, Result[]>> {
  const names = Object.keys(subjects) as Names[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Names, Result[]>;
  try {
    for (let round = 0; round < rounds; round++) {
      progress(round + 1);
      for (const name of names) results[name].push(await subjects[name].measure());
    }
  } finally {
    await Promise.all(names.map((name) => subjects[name].close()));
  }
  return results;
}
