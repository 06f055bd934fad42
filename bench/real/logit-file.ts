import { type FileHandle, open, rm } from 'node:fs/promises';
import { type Scored, scored } from './agreement.ts';

/** Logits of many prefixes on disk, for there can be more of them than memory. */
export class LogitFile {
  readonly #file: FileHandle;
  readonly #path: string;
  #vocabulary = 0;
  #rows = 0;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** A new file, removed by `close`, and where the system allows it at once, so that none stays if the process dies. */
  static async create(path: string): Promise<LogitFile> {
    const file = await open(path, 'wx+');
    if (process.platform !== 'win32') await rm(path);
    return new LogitFile(file, path);
  }

  async append({ logits }: Scored): Promise<void> {
    this.#vocabulary ||= logits.length;
    if (logits.length !== this.#vocabulary)
      throw new Error(`a row of ${logits.length} logits after ${this.#vocabulary}`);
    const bytes = new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength);
    await this.#file.write(bytes, 0, bytes.length, this.#rows * bytes.length);
    this.#rows += 1;
  }

  async row(at: number): Promise<Scored> {
    if (!(at >= 0 && at < this.#rows)) throw new RangeError(`row ${at} of ${this.#rows}`);
    const logits = new Float32Array(this.#vocabulary);
    const bytes = new Uint8Array(logits.buffer);
    const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, at * bytes.length);
    if (bytesRead !== bytes.length) throw new Error(`${this.#path} ends within row ${at}`);
    return scored(logits);
  }

  async close(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}
