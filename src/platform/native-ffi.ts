/** `node:ffi`, as far as it is used here; its types are too new to count on. */
export interface Ffi {
  readonly DynamicLibrary: new (path: string | null) => Library;
  getRawPointer(source: ArrayBufferLike): bigint;
  getInt32(pointer: bigint): number;
  exportArrayBufferView(source: ArrayBufferView, pointer: bigint, length: number): void;
}

export interface Library {
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
export function bind<const Arguments extends readonly ValueType[], Result extends ValueType>(
  library: Library,
  name: string,
  parameters: Arguments,
  result: Result,
): Call<Arguments, Result> {
  return library.getFunction(name, { arguments: parameters, return: result }) as Call<Arguments, Result>;
}

export function findFfi(): Ffi | { unavailable: string } {
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
