import type { Platform } from '../platform/index.ts';

/** Counts up when what is compared, or how, changes: what was found before is then forgotten. */
const EDITION = 1;

/**
 * What a self-test has found on this machine, of machine code or of the engine's fusing, remembered in a file of the user's
 * cache: the codes that computed what the interpreter does, or the kernel that did not. Where no file can be kept it lasts as long as the
 * process. A file that cannot be read or written is as good as none.
 */
export class CheckedCode {
  readonly #host: Platform;
  readonly #path: string | undefined;
  readonly #codes: Set<string>;
  #complete: boolean;
  #fault: string | undefined;
  #changed = false;
  #saving: Promise<void> | undefined;

  private constructor(host: Platform, path: string | undefined, content: Partial<Content>) {
    this.#host = host;
    this.#path = path;
    this.#codes = new Set(content.codes);
    this.#complete = content.complete === true;
    this.#fault = content.fault;
  }

  /**
   * @param machine what code and results depend on: version of this package, processor, level or engine
   * @param subject what is tested, the beginning of the file's name
   */
  static async open(host: Platform, machine: string, subject = 'machine-code'): Promise<CheckedCode> {
    const key = `${EDITION} ${machine}`;
    const directory = host.cacheDirectory();
    if (directory === undefined) return new CheckedCode(host, undefined, {});
    const path = `${directory}/${subject}-${hashOf(new TextEncoder().encode(key))}.json`;
    return new CheckedCode(host, path, await readContent(host, path).catch(() => ({})));
  }

  /** Whether every kernel was compared once. */
  get complete(): boolean {
    return this.#complete;
  }
  /** The key of a kernel whose results were wrong. */
  get fault(): string | undefined {
    return this.#fault;
  }

  has(code: Uint8Array): boolean {
    return this.#codes.has(hashOf(code));
  }
  add(code: Uint8Array): void {
    this.#codes.add(hashOf(code));
    this.#changed = true;
  }
  finish(fault: string | undefined): void {
    this.#complete = fault === undefined;
    this.#fault = fault;
    this.#changed = true;
  }

  /** Remembers a fault at once, because what follows may end the process before anything else is written. */
  fail(kernel: string): void {
    this.finish(kernel);
    if (this.#path === undefined) return;
    try {
      this.#host.files.writeNow(this.#path, this.#text());
    } catch {
      // As good as none.
    }
  }

  /** Writes what is new; resolves when it is written or cannot be. */
  async save(): Promise<void> {
    await this.#saving;
    if (!this.#changed || this.#path === undefined) return;
    this.#changed = false;
    this.#saving = this.#write(this.#path).catch(() => {});
    await this.#saving;
  }

  async #write(path: string): Promise<void> {
    const { files } = this.#host;
    // Other processes write the same file: what they found since it was read must not be lost, least of all a fault.
    const { codes = [], complete, fault } = await readContent(this.#host, path).catch((): Partial<Content> => ({}));
    for (const code of codes) this.#codes.add(code);
    this.#fault ??= fault;
    this.#complete = this.#fault === undefined && (this.#complete || complete === true);
    await files.makeDirectory(path.slice(0, path.lastIndexOf('/')));
    await files.writeAtomic(path, this.#text());
  }

  #text(): string {
    const fault = this.#fault === undefined ? {} : { fault: this.#fault };
    return JSON.stringify({ complete: this.#complete, ...fault, codes: [...this.#codes] } satisfies Content);
  }
}

interface Content {
  readonly complete: boolean;
  readonly fault?: string;
  readonly codes: readonly string[];
}

async function readContent(host: Platform, path: string): Promise<Partial<Content>> {
  const content = JSON.parse(await host.files.readText(path)) as Partial<Content>;
  const { codes, fault } = content;
  if (!Array.isArray(codes) || !(fault === undefined || typeof fault === 'string')) return {};
  return content;
}

/** 64 bits as text, by two FNV-1a hashes that begin differently: it is accidents that must not look alike. */
export function hashOf(bytes: Uint8Array): string {
  let [a, b] = [0x811c9dc5, 0x050c5d1f];
  for (let i = 0; i < bytes.length; i++) {
    a = Math.imul(a ^ bytes[i]!, 0x01000193);
    b = Math.imul(b ^ bytes[i]!, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
