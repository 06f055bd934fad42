/**
 * Runs machine code that the project assembles itself, on x64, through Node's own `node:ffi`.
 *
 * Code comes only from bytes the caller hands over. Nothing that is loaded is read or derived from a file: the libraries
 * opened here are the system's own, by fixed names, and a jump of two bytes that stands in this file. Memory for code is
 * fresh, is writable until the bytes are in it, and only then becomes executable and read-only; it is never both, and
 * never writable again (W^X). What is left of the last page traps.
 *
 * That is all the protection there is: code runs with the rights of the process, and a wrong address or wrong code ends
 * it. `node:ffi` is experimental and Node says so with a warning on its first use in each thread.
 */
export interface NativeHost {
  /** How code is reached: by a jump of our own (3 to 30 ns a call) or through the C library's `bsearch` (some 350 ns). */
  readonly calling: CallWay;
  /**
   * Copies position-independent code into executable memory, where it lies until `release`. The address is valid in all
   * threads of the process. Throws a RangeError for no bytes, and an error that names the system call and its reason.
   */
  load(code: Uint8Array): NativeImage;
  /**
   * A function, for this thread only, that calls the code at `address` with one pointer in the C convention of the
   * system: the pointer arrives in rdi, on Windows in rcx. What the code leaves in rax does not matter; other registers
   * may hold anything on entry. The code must still be loaded at every call.
   */
  caller(address: bigint): (argument: bigint) => void;
  /**
   * Where a buffer's first byte lies, 0n for an ArrayBuffer without bytes. An address does not keep the buffer: V8 may
   * free one that no code to come uses, even while a local variable still names it, and code that writes there then
   * corrupts the heap. So keep it in an object that lives on. Transferring or resizing it, or growing the WebAssembly
   * memory behind it, may move it too.
   */
  addressOf(buffer: ArrayBufferLike): bigint;
  /**
   * Keeps the calling thread on one logical processor. False where the system cannot (macOS) or does not want to, as for
   * a processor that is not there. On Linux threads started by a pinned thread begin with its pin.
   */
  pinThread(cpu: number): boolean;
  /**
   * Gives the calling thread the processors it had before its first `pinThread`; nothing happens where it is not pinned.
   * False where the system refuses.
   */
  unpinThread(): boolean;
  /** Logical processors the calling thread may run on now, ascending; undefined where the system does not tell (macOS). */
  allowedCpus(): number[] | undefined;
}

export interface NativeImage {
  /** Of the first byte of code; the start of a page. */
  readonly address: bigint;
  /** Bytes of code. */
  readonly size: number;
  /** Unmaps the code, which no thread may be running or call again. Nothing happens a second time. */
  release(): void;
}

/** See {@link NativeHost.calling}. */
export type CallWay = 'jump' | 'search';

let cached: NativeHost | { unavailable: string } | undefined;

/** The host for machine code, or one sentence that says why there is none and what to do. Asks the system only once. */
export function nativeHost(): NativeHost | { unavailable: string } {
  cached ??= openNativeHost();
  return cached;
}

/** Opens a host without remembering it. With `calling` only that way is tried, which is there for tests. */
export function openNativeHost(calling?: CallWay): NativeHost | { unavailable: string } {
  const ffi = findFfi();
  if ('unavailable' in ffi) return ffi;
  try {
    const system = process.platform === 'win32' ? windows(ffi) : unix(ffi, process.platform === 'linux');
    return hostOn(ffi, system, calling);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { unavailable: `machine code cannot run here (${reason}): allow executable memory or use WebAssembly` };
  }
}

/** `node:ffi`, as far as it is used here; its types are too new to count on. */
interface Ffi {
  readonly DynamicLibrary: new (path: string | null) => Library;
  getRawPointer(source: ArrayBufferLike): bigint;
  getInt32(pointer: bigint): number;
  exportArrayBufferView(source: ArrayBufferView, pointer: bigint, length: number): void;
}

interface Library {
  getFunction(name: string, signature: { arguments: readonly ValueType[]; return: ValueType }): unknown;
}

/** What JavaScript passes for a C type; memory of its own may stand for a pointer during the call. */
interface Values {
  pointer: bigint | ArrayBufferView;
  u64: bigint;
  i64: bigint;
  u32: number;
  i32: number;
  void: undefined;
}

interface Results extends Omit<Values, 'pointer' | 'void'> {
  pointer: bigint;
  void: undefined;
}

type ValueType = keyof Values;

type Call<Arguments extends readonly ValueType[], Result extends ValueType> = (
  ...values: { [Place in keyof Arguments]: Values[Arguments[Place]] }
) => Results[Result];

/** A function of a library. Throws where the library has none of that name. */
function bind<const Arguments extends readonly ValueType[], Result extends ValueType>(
  library: Library,
  name: string,
  parameters: Arguments,
  result: Result,
): Call<Arguments, Result> {
  return library.getFunction(name, { arguments: parameters, return: result }) as Call<Arguments, Result>;
}

function findFfi(): Ffi | { unavailable: string } {
  const host = (globalThis as { process?: NodeJS.Process }).process;
  if (host?.versions?.node === undefined) {
    return { unavailable: 'machine code runs only in Node, which this is not: use WebAssembly' };
  }
  if (host.arch !== 'x64') {
    return { unavailable: `machine code is written for x64 and this Node runs on ${host.arch}: use WebAssembly` };
  }
  if (!['linux', 'darwin', 'win32'].includes(host.platform)) {
    return { unavailable: `machine code runs on Linux, macOS and Windows, not on ${host.platform}: use WebAssembly` };
  }
  if (host.permission?.has('ffi') === false) {
    return { unavailable: 'the permission model of Node forbids node:ffi: start Node with --allow-ffi' };
  }
  const ffi = quietly(host, () => host.getBuiltinModule?.('node:ffi') as Ffi | undefined);
  return (
    ffi ?? {
      unavailable: `Node ${host.version} has no node:ffi: use Node 26.1 or later, without --no-experimental-ffi`,
    }
  );
}

/**
 * Without Node's warning that `node:ffi` is an experiment, which would greet every user once a thread: where it is gone
 * or fails, kernels run as WebAssembly.
 */
function quietly<T>(host: NodeJS.Process, open: () => T): T {
  const { emitWarning } = host;
  host.emitWarning = () => undefined;
  try {
    return open();
  } finally {
    host.emitWarning = emitWarning;
  }
}

/** What differs between operating systems. Sizes are whole pages in bytes; errors name the system call. */
interface System {
  /** Fresh memory, writable and not executable. */
  allocate(size: number): bigint;
  /** Makes it executable and no longer writable. */
  makeExecutable(address: bigint, size: number): void;
  free(address: bigint, size: number): void;
  /** The ways to call, best first; one that the system refuses throws when it is opened. */
  readonly calls: readonly { way: CallWay; open(): CallAt }[];
  /** The calling thread's processors, one bit each, where the system has such a mask. */
  readonly affinity?: { read(): Uint8Array | undefined; write(mask: Uint8Array): boolean };
}

/** Calls the code at `address` with `argument`. */
type CallAt = (argument: bigint, address: bigint) => void;

/** On x64 everywhere. */
const PAGE = 4096;

function hostOn(ffi: Ffi, system: System, wanted: CallWay | undefined): NativeHost {
  const load = (code: Uint8Array) => loadImage(ffi, system, code);
  const { way, callAt } = openCall(system, load, wanted);
  return {
    calling: way,
    load,
    caller(address) {
      if (address <= 0n) throw new RangeError(`no code can lie at address ${address}`);
      return (argument) => callAt(argument, address);
    },
    addressOf: (buffer) => ffi.getRawPointer(buffer),
    ...pinning(system.affinity),
  };
}

function loadImage(ffi: Ffi, system: System, code: Uint8Array): NativeImage {
  if (code.length === 0) throw new RangeError('cannot load machine code of 0 bytes');
  const pages = new Uint8Array(Math.ceil(code.length / PAGE) * PAGE).fill(0xcc); // int3: running past the end traps
  pages.set(code);
  const address = system.allocate(pages.length);
  try {
    ffi.exportArrayBufferView(pages, address, pages.length);
    system.makeExecutable(address, pages.length);
  } catch (error) {
    system.free(address, pages.length);
    throw error;
  }
  let loaded = true;
  return {
    address,
    size: code.length,
    release() {
      if (loaded) system.free(address, pages.length);
      loaded = false;
    },
  };
}

/** Takes the first way that opens, and calls code that only returns, so that a host which is handed out works. */
function openCall(system: System, load: (code: Uint8Array) => NativeImage, wanted: CallWay | undefined) {
  const probe = load(Uint8Array.of(0xc3)); // ret
  try {
    const refusals: string[] = [];
    for (const { way, open } of system.calls) {
      if (wanted !== undefined && wanted !== way) continue;
      try {
        const callAt = open();
        callAt(0n, probe.address);
        return { way, callAt };
      } catch (error) {
        refusals.push(`calling by ${way}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    throw new Error(refusals.join('; ') || `no calling by ${wanted} on ${process.platform}`);
  } finally {
    probe.release();
  }
}

function pinning(affinity: System['affinity']): Pick<NativeHost, 'pinThread' | 'unpinThread' | 'allowedCpus'> {
  let before: Uint8Array | undefined;
  return {
    pinThread(cpu) {
      if (!Number.isSafeInteger(cpu) || cpu < 0) throw new RangeError(`no processor can have the number ${cpu}`);
      const now = affinity?.read();
      if (affinity === undefined || now === undefined || cpu >= now.length * 8) return false;
      const mask = new Uint8Array(now.length);
      mask[cpu >> 3] = 1 << (cpu & 7);
      if (!affinity.write(mask)) return false;
      before ??= now;
      return true;
    },
    unpinThread() {
      if (before !== undefined && affinity?.write(before) !== true) return false;
      before = undefined;
      return true;
    },
    allowedCpus() {
      const mask = affinity?.read();
      return mask && Array.from({ length: mask.length * 8 }, (_, cpu) => cpu).filter((cpu) => bitOf(mask, cpu));
    },
  };
}

function bitOf(mask: Uint8Array, bit: number): boolean {
  return (((mask[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
}

/**
 * Every C library has `bsearch`, which calls a function it is given. Among one thing of one byte it compares once,
 * whatever the answer: `compare(key, base)`. The base is never read, it only must not be null on Windows.
 */
function searchCall(library: Library): CallAt {
  const search = bind(library, 'bsearch', ['pointer', 'pointer', 'u64', 'u64', 'pointer'], 'pointer');
  return (argument, address) => void search(argument, address, 1n, 1n, address);
}

// Linux and macOS

const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_PRIVATE = 0x02;
const MAP_ANON_LINUX = 0x20;
const MAP_ANON_MACOS = 0x1000;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

function unix(ffi: Ffi, linux: boolean): System {
  const libc = new ffi.DynamicLibrary(null); // the process itself, which has the C library in it
  const mmap = bind(libc, 'mmap', ['pointer', 'u64', 'i32', 'i32', 'i32', 'i64'], 'pointer');
  const mprotect = bind(libc, 'mprotect', ['pointer', 'u64', 'i32'], 'i32');
  const munmap = bind(libc, 'munmap', ['pointer', 'u64'], 'i32');
  const fail = errnoReader(ffi, libc, linux ? '__errno_location' : '__error');
  const search = { way: 'search', open: () => searchCall(libc) } as const;
  const jump = { way: 'jump', open: () => jumpCall(ffi, libc, fail) } as const;
  return {
    allocate(size) {
      const flags = MAP_PRIVATE | (linux ? MAP_ANON_LINUX : MAP_ANON_MACOS);
      const address = mmap(0n, BigInt(size), PROT_READ | PROT_WRITE, flags, -1, 0n);
      if (address === MAP_FAILED) fail(`mmap of ${size} bytes`);
      return address;
    },
    makeExecutable(address, size) {
      if (mprotect(address, BigInt(size), PROT_READ | PROT_EXEC) !== 0) fail(`mprotect of ${size} bytes of code`);
    },
    free(address, size) {
      if (munmap(address, BigInt(size)) !== 0) fail(`munmap of ${size} bytes`);
    },
    calls: linux ? [jump, search] : [search],
    ...(linux ? { affinity: linuxAffinity(libc) } : {}),
  };
}

/** Throws, for a system call that has just failed, an error with the call and what errno says. */
function errnoReader(ffi: Ffi, libc: Library, location: string): (call: string) => never {
  const errnoAddress = bind(libc, location, [], 'pointer');
  return (call) => {
    const errno = ffi.getInt32(errnoAddress());
    const [name, text] = process.getBuiltinModule('node:util').getSystemErrorMap().get(-errno) ?? [`errno ${errno}`];
    throw new Error(`${call} failed: ${name}${text === undefined ? '' : `, ${text}`}`);
  };
}

/** Bytes of a processor mask: for 8192 processors, the most that Linux can be built for on x64. */
const LINUX_MASK = 1024;

function linuxAffinity(libc: Library): NonNullable<System['affinity']> {
  const get = bind(libc, 'sched_getaffinity', ['i32', 'u64', 'pointer'], 'i32');
  const set = bind(libc, 'sched_setaffinity', ['i32', 'u64', 'pointer'], 'i32');
  return {
    // Process 0 is the calling thread.
    read() {
      const mask = new Uint8Array(LINUX_MASK);
      return get(0, BigInt(LINUX_MASK), mask) >= 0 ? mask : undefined;
    },
    write: (mask) => set(0, BigInt(mask.length), mask) === 0,
  };
}

const MFD_CLOEXEC = 0x01;
const MFD_EXEC = 0x10;

/**
 * `node:ffi` calls only what a library exports. So a library that exports one jump is opened from a file in memory: its
 * function takes the argument and the address of the code, and jumps there with the argument still in its place.
 */
function jumpCall(ffi: Ffi, libc: Library, fail: (call: string) => never): CallAt {
  const memfdCreate = bind(libc, 'memfd_create', ['pointer', 'u32'], 'i32');
  // Not through node:fs, which warns in workers about a file that it did not open.
  const write = bind(libc, 'write', ['i32', 'pointer', 'u64'], 'i64');
  const close = bind(libc, 'close', ['i32'], 'i32');
  const name = new TextEncoder().encode(`${JUMP}\0`);
  let file = memfdCreate(name, MFD_CLOEXEC | MFD_EXEC);
  if (file < 0) file = memfdCreate(name, MFD_CLOEXEC); // Linux before 6.3 does not know MFD_EXEC
  if (file < 0) fail('memfd_create');
  try {
    const image = jumpLibrary();
    if (write(file, image, BigInt(image.length)) !== BigInt(image.length)) fail(`write of ${image.length} bytes`);
    const library = new ffi.DynamicLibrary(`/proc/self/fd/${file}`);
    return bind(library, JUMP, ['pointer', 'pointer'], 'void');
  } finally {
    close(file);
  }
}

const JUMP = 'jingqi_jump';

/**
 * The smallest ELF library that the loaders of glibc and musl take: headers and tables in a first page, which is
 * writable because glibc before 2.35 writes into the dynamic table, and the code in a second, which is executable.
 */
function jumpLibrary(): Uint8Array {
  const code = Uint8Array.of(0xff, 0xe6); // jmp rsi
  const image = new Uint8Array(PAGE + code.length);
  const view = new DataView(image.buffer);
  const put = (at: number, words: readonly number[]) =>
    words.forEach((word, i) => {
      view.setBigUint64(at + 8 * i, BigInt(word), true);
    });
  const strings = new TextEncoder().encode(`\0${JUMP}\0`);
  const headers = { at: 64, size: 56 };
  const dynamic = { at: 288, size: 96 };
  const symbols = { at: 384, size: 24 };
  const hashAt = 432;
  const stringsAt = 456;

  // File header: 64 bits, little-endian, version 1; shared object for x86-64; then the place of the program headers.
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  image.set([3, 0, 62, 0, 1], 16);
  put(32, [headers.at]);
  [64, headers.size, 4, 64].forEach((half, i) => {
    view.setUint16(52 + 2 * i, half, true);
  });

  // Program headers: kind, flags (4 read, 2 write, 1 execute), offset and address, size, alignment.
  const segments = [
    [1, 6, 0, stringsAt + strings.length, PAGE], // PT_LOAD: the tables
    [1, 5, PAGE, code.length, PAGE], // PT_LOAD: the code
    [2, 6, dynamic.at, dynamic.size, 8], // PT_DYNAMIC
    [0x6474e551, 6, 0, 0, 16], // PT_GNU_STACK: without it glibc makes the stacks executable
  ] as const;
  segments.forEach(([kind, flags, offset, size, alignment], i) => {
    const at = headers.at + headers.size * i;
    view.setUint32(at, kind, true);
    view.setUint32(at + 4, flags, true);
    put(at + 8, [offset, offset, offset, size, size, alignment]);
  });

  // DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT, DT_NULL.
  put(dynamic.at, [4, hashAt, 5, stringsAt, 6, symbols.at, 10, strings.length, 11, symbols.size, 0, 0]);
  // Symbol 0 is empty. Symbol 1: its name at 1, a global function in section 1 (any, as none is named), address, size.
  const symbol = symbols.at + symbols.size;
  view.setUint32(symbol, 1, true);
  image.set([0x12, 0, 1], symbol + 4);
  put(symbol + 8, [PAGE, code.length]);
  // The hash table: one bucket and two symbols; the bucket begins with symbol 1; no symbol has a next.
  [1, 2, 1, 0, 0].forEach((word, i) => {
    view.setUint32(hashAt + 4 * i, word, true);
  });
  image.set(strings, stringsAt);
  image.set(code, PAGE);
  return image;
}

// Windows

const MEM_COMMIT_RESERVE = 0x3000;
const MEM_RELEASE = 0x8000;
const PAGE_READWRITE = 0x04;
const PAGE_EXECUTE_READ = 0x20;

function windows(ffi: Ffi): System {
  const kernel = new ffi.DynamicLibrary('kernel32.dll');
  const virtualAlloc = bind(kernel, 'VirtualAlloc', ['pointer', 'u64', 'u32', 'u32'], 'pointer');
  const virtualProtect = bind(kernel, 'VirtualProtect', ['pointer', 'u64', 'u32', 'pointer'], 'i32');
  const virtualFree = bind(kernel, 'VirtualFree', ['pointer', 'u64', 'u32'], 'i32');
  const flush = bind(kernel, 'FlushInstructionCache', ['pointer', 'pointer', 'u64'], 'i32');
  const currentProcess = bind(kernel, 'GetCurrentProcess', [], 'pointer');
  const lastError = bind(kernel, 'GetLastError', [], 'u32');
  const fail = (call: string): never => {
    throw new Error(`${call} failed: Windows error ${lastError()}`);
  };
  return {
    allocate(size) {
      const address = virtualAlloc(0n, BigInt(size), MEM_COMMIT_RESERVE, PAGE_READWRITE);
      if (address === 0n) fail(`VirtualAlloc of ${size} bytes`);
      return address;
    },
    makeExecutable(address, size) {
      const oldProtection = new Uint32Array(1); // must be given
      const done = virtualProtect(address, BigInt(size), PAGE_EXECUTE_READ, oldProtection);
      if (done === 0) fail(`VirtualProtect of ${size} bytes of code`);
      if (flush(currentProcess(), address, BigInt(size)) === 0) fail(`FlushInstructionCache of ${size} bytes`);
    },
    free(address) {
      if (virtualFree(address, 0n, MEM_RELEASE) === 0) fail('VirtualFree'); // size 0: all that was allocated
    },
    // One of the libraries that Windows takes only from its own folder.
    calls: [{ way: 'search', open: () => searchCall(new ffi.DynamicLibrary('msvcrt.dll')) }],
    affinity: windowsAffinity(kernel),
  };
}

/** Within the thread's group of up to 64 processors. */
function windowsAffinity(kernel: Library): NonNullable<System['affinity']> {
  const currentThread = bind(kernel, 'GetCurrentThread', [], 'pointer');
  const get = bind(kernel, 'GetThreadGroupAffinity', ['pointer', 'pointer'], 'i32');
  const set = bind(kernel, 'SetThreadAffinityMask', ['pointer', 'u64'], 'u64');
  return {
    read() {
      const groupAffinity = new Uint8Array(16); // the mask of 8 bytes, then the group
      return get(currentThread(), groupAffinity) !== 0 ? groupAffinity.slice(0, 8) : undefined;
    },
    write(mask) {
      const [word = 0n] = new BigUint64Array(mask.slice().buffer);
      return set(currentThread(), word) !== 0n;
    },
  };
}
