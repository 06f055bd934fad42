import { bind, type Library } from './native-ffi.ts';

/** See `calling` of NativeHost. */
export type CallWay = 'jump' | 'search';

/** What differs between operating systems. Sizes are whole pages in bytes; errors name the system call. */
export interface System {
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
export type CallAt = (argument: bigint, address: bigint) => void;

/** On x64 everywhere. */
export const PAGE = 4096;

/**
 * Every C library has `bsearch`, which calls a function it is given. Among one thing of one byte it compares once,
 * whatever the answer: `compare(key, base)`. The base is never read, it only must not be null on Windows.
 */
export function searchCall(library: Library): CallAt {
  const search = bind(library, 'bsearch', ['pointer', 'pointer', 'u64', 'u64', 'pointer'], 'pointer');
  return (argument, address) => void search(argument, address, 1n, 1n, address);
}
