import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { type CallWay, type NativeHost, nativeHost, openNativeHost } from './native.ts';

const module = new URL('./native.ts', import.meta.url).href;
const host = nativeHost();
const missing = 'unavailable' in host ? host.unavailable : undefined;
const ways: CallWay[] = process.platform === 'linux' ? ['jump', 'search'] : ['search'];
const windows = process.platform === 'win32';

// Instructions by hand. `[argument]` is memory at the pointer: in rdi, on Windows in rcx, which the low bits (r/m) choose.
const ARGUMENT = windows ? 1 : 7;
const RET = [0xc3];
const int32 = (value: number) => [...new Uint8Array(Int32Array.of(value).buffer)];
/** mov dword [argument], value */
const store = (value: number) => [0xc7, ARGUMENT, ...int32(value)];
/** add dword [argument], value */
const add = (value: number) => [0x81, ARGUMENT, ...int32(value)];
/** mov eax, value */
const answer = (value: number) => [0xb8, ...int32(value)];
/** mov eax, [rip + distance]; mov [argument], eax */
const copyFrom = (distance: number) => [0x8b, 0x05, ...int32(distance), 0x89, ARGUMENT];
/** jmp distance */
const jump = (distance: number) => [0xe9, ...int32(distance)];

function opened(way: CallWay): NativeHost {
  const tried = openNativeHost(way);
  if ('unavailable' in tried) throw new Error(tried.unavailable);
  return tried;
}

/** Loads code, hands over a function that calls it once with the address of `target`, and unloads it afterwards. */
function running(host: NativeHost, code: readonly number[], target: Int32Array): () => void {
  const image = host.load(Uint8Array.from(code));
  images.push(image);
  const call = host.caller(image.address);
  return () => call(host.addressOf(target.buffer) + BigInt(target.byteOffset));
}

/** A module with all that it imports, its types stripped, as one address. */
function inlined(module: URL): string {
  const script = stripTypeScriptTypes(readFileSync(module, 'utf8'));
  const whole = script.replaceAll(
    /(?<= from )'(\.[^']+)'/g,
    (_, path: string) => `'${inlined(new URL(path, module))}'`,
  );
  return `data:text/javascript;base64,${Buffer.from(whole).toString('base64')}`;
}

const images: { release(): void }[] = [];
afterEach(() => {
  for (const image of images.splice(0)) image.release();
});

describe.skipIf(missing !== undefined).each(ways)(`machine code called by %s ${missing ?? ''}`, (way) => {
  it('stores at its argument, in every kind of buffer', () => {
    const host = opened(way);
    expect(host.calling).toBe(way);
    const pages = { initial: 1, maximum: 2 };
    const buffers = [
      new ArrayBuffer(64),
      new SharedArrayBuffer(64),
      new WebAssembly.Memory(pages).buffer,
      new WebAssembly.Memory({ ...pages, shared: true }).buffer,
    ];
    for (const buffer of buffers) {
      const words = new Int32Array(buffer, 0, 16);
      running(host, [...store(42), ...RET], words.subarray(3))();
      expect([...words.subarray(2, 6)]).toEqual([0, 42, 0, 0]);
    }
  });

  it('is called once a time, whatever it leaves in eax', () => {
    const host = opened(way);
    for (const result of [0, 1, -1, -0x8000_0000]) {
      const sum = new Int32Array(1);
      const call = running(host, [...add(5), ...answer(result), ...RET], sum);
      for (let i = 0; i < 100; i++) call();
      expect(sum[0]).toBe(500);
    }
  });

  it('keeps two images apart, also after one is released', () => {
    const host = opened(way);
    const target = new Int32Array(1);
    const first = host.load(Uint8Array.from([...store(1), ...RET]));
    const second = running(host, [...store(2), ...RET], target);
    host.caller(first.address)(host.addressOf(target.buffer));
    expect(target[0]).toBe(1);
    second();
    expect(target[0]).toBe(2);
    first.release();
    first.release();
    target[0] = 0;
    second();
    expect(target[0]).toBe(2);
  });

  it('runs and reads constants across the end of a page', () => {
    const host = opened(way);
    const page = 4096;
    const code = new Array<number>(3 * page).fill(0);
    const place = (at: number, bytes: readonly number[]) => void code.splice(at, bytes.length, ...bytes);
    const body = page - 3; // its first instruction lies in two pages, and so does the constant
    const constant = 2 * page - 2;
    place(0, jump(body - 5));
    place(body, [...copyFrom(constant - body - 6), ...add(1), ...RET]);
    place(constant, int32(0x0102_0304));
    const target = new Int32Array(1);
    running(host, code, target)();
    expect(target[0]).toBe(0x0102_0305);
    const image = host.load(Uint8Array.from(code));
    expect([image.size, image.address % BigInt(page)]).toEqual([3 * page, 0n]);
    image.release();
  });

  it('is called from a worker thread by its address', async () => {
    const host = opened(way);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const words = new Int32Array(memory.buffer);
    const image = host.load(Uint8Array.from([...add(7), ...RET]));
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.module).then(({ openNativeHost }) => {
        const host = openNativeHost(workerData.way);
        const call = host.caller(workerData.address);
        const start = host.addressOf(workerData.memory.buffer);
        for (let i = 0; i < 1000; i++) call(start + 8n);
        const cpu = host.allowedCpus()?.at(-1);
        parentPort.postMessage({ start, cpu, pinned: cpu === undefined || host.pinThread(cpu), cpus: host.allowedCpus() });
      });`;
    const workerData = { module, way, address: image.address, memory };
    const worker = new Worker(script, { eval: true, workerData, execArgv: ['--no-warnings'] });
    const before = host.allowedCpus();
    const told = await new Promise<{ start: bigint; cpu: number; pinned: boolean; cpus: number[] }>(
      (resolve, reject) => {
        worker.once('message', resolve).once('error', reject);
      },
    );
    await worker.terminate();
    expect([...words.subarray(0, 4)]).toEqual([0, 0, 7000, 0]);
    expect(told.start).toBe(host.addressOf(memory.buffer));
    if (before !== undefined) {
      expect(told.pinned).toBe(true);
      expect(told.cpus).toEqual([told.cpu]);
    }
    expect(host.allowedCpus()).toEqual(before);
    host.caller(image.address)(told.start + 8n);
    expect(words[2]).toBe(7007);
    image.release();
  });
});

describe.skipIf(missing !== undefined)(`the native host ${missing ?? ''}`, () => {
  it('is opened once and takes the quicker way', () => {
    expect(nativeHost()).toBe(host);
    expect((host as NativeHost).calling).toBe(ways[0]);
  });

  it('pins a thread and gives back the processors it had', () => {
    const { pinThread, unpinThread, allowedCpus } = host as NativeHost;
    const before = allowedCpus();
    if (before === undefined) {
      expect(pinThread(0)).toBe(false);
      return;
    }
    expect(before.length).toBeGreaterThan(0);
    expect(unpinThread()).toBe(true);
    for (const cpu of before.slice(0, 3)) {
      expect(pinThread(cpu)).toBe(true);
      expect(allowedCpus()).toEqual([cpu]);
    }
    expect(pinThread(8191)).toBe(false);
    expect(pinThread(1_000_000)).toBe(false);
    expect(unpinThread()).toBe(true);
    expect(allowedCpus()).toEqual(before);
  });

  it('refuses no code, no address and no processor', () => {
    const { load, caller, pinThread } = host as NativeHost;
    expect(() => load(new Uint8Array(0))).toThrow('cannot load machine code of 0 bytes');
    expect(() => caller(0n)).toThrow('no code can lie at address 0');
    expect(() => pinThread(-1)).toThrow('no processor can have the number -1');
    expect(() => pinThread(0.5)).toThrow(RangeError);
  });
});

describe('where machine code cannot run', () => {
  /** What a fresh Node with these flags says after the script; empty where the host is there after all. */
  const reason = (flags: readonly string[], script = '', from = module) => {
    const text = `${script}; const { nativeHost } = await import(${JSON.stringify(from)}); console.log(nativeHost().unavailable ?? '');`;
    const child = spawnSync(process.execPath, [...flags, '--no-warnings', '--input-type=module', '-'], { input: text });
    expect(child.stderr.toString()).toBe('');
    return child.stdout.toString().trim();
  };

  it.skipIf(missing !== undefined)('names what Node lacks or forbids', () => {
    expect(reason(['--no-experimental-ffi'])).toMatch(/^Node v\S+ has no node:ffi: use Node 26.1 or later/);
    expect(reason(['--permission', '--allow-fs-read=*'])).toMatch(/forbids node:ffi: start Node with --allow-ffi$/);
    expect(reason(['--permission', '--allow-fs-read=*', '--allow-ffi'])).toBe('');
  });

  it('names another architecture and another system', () => {
    const pretend = (name: string, value: string) =>
      reason([], `Object.defineProperty(process, '${name}', { value: '${value}' })`);
    expect(pretend('arch', 'arm64')).toBe(
      'machine code is written for x64 and this Node runs on arm64: use WebAssembly',
    );
    if (process.arch === 'x64') expect(pretend('platform', 'aix')).toMatch(/not on aix: use WebAssembly$/);
  });

  it.skipIf(missing !== undefined || process.platform !== 'linux')('names the call that the system refuses', (test) => {
    // From Linux 6.3 a process can give up its right to make memory executable that was not (PR_SET_MDWE). V8 needs that
    // right unless it only interprets, and then it has no WebAssembly, with which Node would strip the types itself.
    const refuse = `
      const libc = new (process.getBuiltinModule('node:ffi').DynamicLibrary)(null);
      const prctl = libc.getFunction('prctl', { arguments: ['i32', 'u64', 'u64', 'u64', 'u64'], return: 'i32' });
      if (prctl(65, 1n, 0n, 0n, 0n) !== 0) console.log('cannot ask');`;
    const said = reason(['--jitless'], refuse, inlined(new URL(module)));
    test.skip(said.startsWith('cannot ask'), 'this Linux has no PR_SET_MDWE');
    expect(said).toMatch(
      /\(mprotect of 4096 bytes of code failed: EACCES, permission denied\): allow executable memory/,
    );
  });
});
