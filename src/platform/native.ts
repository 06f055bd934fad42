import { type Ffi, findFfi } from './native-ffi.ts';
import { type CallWay, PAGE, type System } from './native-system.ts';
import { unix } from './native-unix.ts';
import { windows } from './native-windows.ts';

export type { CallWay } from './native-system.ts';

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
