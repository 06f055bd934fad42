import { bind, type Ffi, type Library } from './native-ffi.ts';
import { type System, searchCall } from './native-system.ts';

const MEM_COMMIT_RESERVE = 0x3000;
const MEM_RELEASE = 0x8000;
const PAGE_READWRITE = 0x04;
const PAGE_EXECUTE_READ = 0x20;

export function windows(ffi: Ffi): System {
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
