import { bind, type Ffi, type Library } from './native-ffi.ts';
import { type CallAt, PAGE } from './native-system.ts';

const MFD_CLOEXEC = 0x01;
const MFD_EXEC = 0x10;

/**
 * `node:ffi` calls only what a library exports. So a library that exports one jump is opened from a file in memory: its
 * function takes the argument and the address of the code, and jumps there with the argument still in its place.
 */
export function jumpCall(ffi: Ffi, libc: Library, fail: (call: string) => never): CallAt {
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
