import { bind, type Ffi, type Library } from './native-ffi.ts';
import { jumpCall } from './native-jump.ts';
import { type System, searchCall } from './native-system.ts';

const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_PRIVATE = 0x02;
const MAP_ANON_LINUX = 0x20;
const MAP_ANON_MACOS = 0x1000;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

export function unix(ffi: Ffi, linux: boolean): System {
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
