import { checkRange, type FileSystem, type ReadableFile } from './platform.ts';

/** Bytes asked for at once where less is wanted, so that a model's thousands of small tensors take few requests. */
const BLOCK = 4 << 20;
/** Blocks kept for each open file. Tensors are read nearly, not exactly, in the order of the file. */
const KEPT_BLOCKS = 4;

/**
 * Read-only {@link FileSystem} over `fetch`: a path is an address, relative ones to the page (or the worker's module).
 * Ranges are asked for. A web page in the place of another kind of file counts as absent: servers of single-page
 * applications answer every unknown address with theirs.
 */
export function browserFiles(): FileSystem {
  const files: FileSystem = {
    open,
    readText: async (path) => (await request(path)).text(),
    readBytes: async (path) => new Uint8Array(await (await request(path)).arrayBuffer()),
    exists: (path) =>
      fetch(path, { method: 'HEAD' }).then(
        (response) => response.ok && !isStrayPage(path, response),
        () => false,
      ),
    list: (path) => refuse('list', path, 'a browser cannot list the files of a server'),
    async stat(path) {
      const file = await open(path);
      return { kind: 'file', size: file.size, modified: 0 };
    },
    makeDirectory: (path) => refuse('make directory', path),
    createAtomic: (path) => refuse('write', path),
    openPartial: (path) => refuse('write', path),
    link: (_target, path) => refuse('link', path),
    copy: (from) => refuse('copy', from),
    freeBytes: async () => undefined,
    writeAtomic: (path) => refuse('write', path),
    writeNow: (path) => {
      throw refusal('write', path);
    },
    remove: (path) => refuse('remove', path),
    rename: (from) => refuse('rename', from),
  };
  return files;
}

async function refuse(action: string, path: string, reason?: string): Promise<never> {
  throw refusal(action, path, reason);
}

function refusal(action: string, path: string, reason = 'files are read-only in a browser'): Error {
  return new Error(`cannot ${action} ${path}: ${reason}`);
}

async function request(path: string, headers: Record<string, string> = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { headers });
  } catch (error) {
    throw new Error(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (!response.ok) throw new Error(`cannot read ${path}: the server answered ${response.status}`);
  if (isStrayPage(path, response)) throw new Error(`cannot read ${path}: the server answered with a web page`);
  return response;
}

function isStrayPage(path: string, response: Response): boolean {
  const isPage = response.headers.get('Content-Type')?.startsWith('text/html') ?? false;
  return isPage && /\.(?!html?$)\w+$/.test(path);
}

/** Asks for the first byte: a server that knows ranges tells the whole size, one that does not sends the whole file. */
async function open(path: string): Promise<ReadableFile> {
  const response = await request(path, { Range: 'bytes=0-0' });
  const total = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1];
  if (response.status === 206 && total !== undefined) {
    await response.body?.cancel();
    return readable(path, Number(total), inBlocks(path, Number(total)));
  }
  if (response.status === 206) {
    throw new Error(`cannot read ${path}: the server hides the Content-Range header, so its size is unknown`);
  }
  const whole = new Uint8Array(await response.arrayBuffer());
  return readable(path, whole.length, async (offset, length) => whole.slice(offset, offset + length));
}

type Get = (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;

/** Reads a range by itself if it is longer than a block, else out of whole blocks, of which the latest are kept. */
function inBlocks(path: string, size: number): Get {
  const kept = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  const block = (index: number) => {
    const known = kept.get(index) ?? fetchRange(path, index * BLOCK, Math.min(BLOCK, size - index * BLOCK));
    kept.delete(index);
    kept.set(index, known);
    known.catch(() => kept.delete(index));
    const [oldest] = kept.keys();
    if (kept.size > KEPT_BLOCKS) kept.delete(oldest!);
    return known;
  };
  return async (offset, length) => {
    if (length > BLOCK) return fetchRange(path, offset, length);
    const [first, last] = [Math.floor(offset / BLOCK), Math.floor((offset + length - 1) / BLOCK)];
    const start = offset - first * BLOCK;
    const head = (await block(first)).slice(start, start + length);
    if (first === last) return head;
    const whole = new Uint8Array(length);
    whole.set(head);
    whole.set((await block(last)).subarray(0, length - head.length), head.length);
    return whole;
  };
}

async function fetchRange(path: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const response = await request(path, { Range: `bytes=${offset}-${offset + length - 1}` });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 206 || bytes.length !== length) {
    throw new Error(`cannot read ${path}: asked for ${length} bytes at ${offset}, the server sent ${bytes.length}`);
  }
  return bytes;
}

function readable(path: string, size: number, get: Get): ReadableFile {
  const read = async (offset: number, length: number) => {
    checkRange(path, size, offset, length);
    return length === 0 ? new Uint8Array(0) : get(offset, length);
  };
  return {
    path,
    size,
    read,
    async readInto(target, offset) {
      target.set(await read(offset, target.length));
    },
    close: async () => undefined,
  };
}
