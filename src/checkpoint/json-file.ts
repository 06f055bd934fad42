import { platform } from '../platform/index.ts';

/** Far above any tokenizer or index; a larger file is not the one it claims to be. */
const LARGEST_JSON = 256 * 1024 * 1024;

/** Reads and parses a JSON file; errors name it. */
export async function readJsonFile(path: string): Promise<unknown> {
  const { files } = platform();
  const { size, kind } = await files.stat(path);
  if (kind !== 'file') throw new Error(`${path}: is no file`);
  if (size > LARGEST_JSON) throw new Error(`${path}: has ${size} bytes, too many for this kind of file`);
  const text = await files.readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: is not JSON (${(error as Error).message})`, { cause: error });
  }
}
