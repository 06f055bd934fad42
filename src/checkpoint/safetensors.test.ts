import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelTensors, openSafetensors } from './safetensors.ts';
import { type TensorToWrite, writeModelTensors, writeSafetensors } from './safetensors-write.ts';

let directory = '';
let path = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jingqi-safetensors-'));
  path = join(directory, 'model.safetensors');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A file by hand: the header as given, then the data. */
async function craft(header: unknown, dataBytes: number): Promise<void> {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, Buffer.concat([length, text, Buffer.alloc(dataBytes, 1)]));
}

const tensor = (name: string, values: number[], dtype: TensorToWrite['dtype'] = 'F32'): TensorToWrite => ({
  name,
  shape: [values.length],
  dtype,
  data: Float32Array.from(values),
});

describe('writing and reading', () => {
  it('keeps f32 bit for bit and rounds the 16-bit types', async () => {
    await writeSafetensors(path, [
      tensor('half', [1, 1 / 3, 65504, 6e-8, -0], 'F16'),
      tensor('brain', [1, 1 / 3, 3e38, 1e-40], 'BF16'),
      {
        name: 'matrix',
        shape: [2, 3],
        dtype: 'F32',
        data: () => Promise.resolve(Float32Array.of(1, 2, 3, 4, 5, 1 / 3)),
      },
      { name: 'scalar', shape: [], dtype: 'F32', data: Float32Array.of(7) },
      { name: 'empty', shape: [0, 3], dtype: 'BF16', data: new Float32Array(0) },
    ]);
    const reader = await openSafetensors(path);
    expect([...reader.tensors.values()].map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ['matrix', [2, 3], 'F32'],
      ['scalar', [], 'F32'],
      ['half', [5], 'F16'],
      ['brain', [4], 'BF16'],
      ['empty', [0, 3], 'BF16'],
    ]);
    expect(reader.metadata).toEqual({ format: 'pt' });
    const read = async (name: string) => {
      const target = new Float32Array(new SharedArrayBuffer(4 * reader.tensors.get(name)!.elements));
      await reader.read(name, target);
      return [...target];
    };
    expect(await read('matrix')).toEqual([1, 2, 3, 4, 5, Math.fround(1 / 3)]);
    expect(await read('scalar')).toEqual([7]);
    expect(await read('half')).toEqual([1, 0.333251953125, 65504, 2 ** -24, -0]);
    expect(await read('brain')).toEqual([1, 0.333984375, 226 * 2 ** 120, 2 ** -133]);
    expect(await read('empty')).toEqual([]);
    expect([...(await reader.readRaw('half'))].slice(0, 2)).toEqual([0, 0x3c]);
    await expect(reader.read('half', new Float32Array(4))).rejects.toThrow(/has 5 elements, the target 4/);
    await expect(reader.read('absent', new Float32Array(4))).rejects.toThrow(`${path}: holds no tensor absent`);
    await reader.close();
  });

  it('converts tensors longer than a chunk', async () => {
    const values = Float32Array.from({ length: (1 << 20) + 3 }, (_, at) => at % 256);
    await writeSafetensors(path, [{ name: 'long', shape: [values.length], dtype: 'BF16', data: values }]);
    const reader = await openSafetensors(path);
    const back = new Float32Array(values.length);
    await reader.read('long', back);
    expect(back.findIndex((value, at) => value !== values[at])).toBe(-1);
    await reader.close();
  });

  it('gives the same bytes for the same tensors', async () => {
    const tensors = [tensor('b', [1, 2, 3], 'BF16'), tensor('a', [4]), tensor('1', [5])];
    await writeSafetensors(path, tensors);
    const first = await readFile(path);
    await writeSafetensors(path, tensors);
    expect(await readFile(path)).toEqual(first);
    expect(first.readBigUInt64LE() % 8n).toBe(0n);
  });

  it('refuses wrong data and leaves the file that was there', async () => {
    await writeSafetensors(path, [tensor('a', [1])]);
    const before = await readFile(path);
    const wrong: [TensorToWrite[], RegExp][] = [
      [[{ name: 'a', shape: [2, 2], dtype: 'F32', data: new Float32Array(3) }], /a of shape \[2,2\] needs 4 elements/],
      [[tensor('a', [1]), tensor('a', [2])], /a is given twice/],
      [[tensor('a', [1, 70000], 'F16')], /a holds 70000, which is too large for F16/],
      [[tensor('a', [3.4e38], 'BF16')], /too large for BF16/],
    ];
    for (const [tensors, message] of wrong) await expect(writeSafetensors(path, tensors)).rejects.toThrow(message);
    expect(await readFile(path)).toEqual(before);
    await writeSafetensors(path, [tensor('a', [Infinity, NaN], 'F16')]);
  });
});

describe('a file that lies', () => {
  const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
    dtype: 'F32',
    shape,
    data_offsets: [begin, end],
  });
  it.each<[string, unknown, number, RegExp]>([
    ['is no JSON', '{"a": nonsense}', 4, /the header is not JSON/],
    ['is an array', [], 0, /not a JSON object/],
    [
      'names a tensor twice',
      `{"a":${JSON.stringify(f32(0, 4))},"a":${JSON.stringify(f32(0, 4))}}`,
      4,
      /names "a" twice/,
    ],
    ['names a field twice', '{"a":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}}', 4, /"dtype" twice/],
    ['overlaps', { a: f32(0, 8), b: f32(4, 12) }, 12, /"b" overlaps/],
    ['leaves a gap', { a: f32(0, 4), b: f32(8, 12) }, 12, /"b" leaves 4 bytes unused/],
    ['is truncated', { a: f32(0, 8) }, 4, /truncated, tensor "a" ends at byte \d+ but the file has/],
    ['has bytes left over', { a: f32(0, 8) }, 12, /4 bytes after the last tensor/],
    ['has another shape', { a: f32(0, 8, [3]) }, 8, /shape \[3\] needs 12 bytes, but data_offsets give it 8/],
    ['has a shape beyond numbers', { a: f32(0, 8, [2 ** 40, 2 ** 40]) }, 8, /needs 4.8\d*e\+24 bytes/],
    ['has a negative shape', { a: f32(0, 4, [-1, -1]) }, 4, /has shape \[-1,-1\]/],
    ['has a broken shape', { a: f32(0, 4, [0.5, 2]) }, 4, /has shape \[0.5,2\]/],
    ['has turned offsets', { a: f32(4, 0, []) }, 4, /give it -4/],
    ['has an unknown type', { a: { ...f32(0, 4), dtype: 'F31' } }, 4, /has dtype "F31"/],
    ['has a type from the prototype', { a: { ...f32(0, 4), dtype: 'toString' } }, 4, /has dtype "toString"/],
    ['has an unknown field', { a: { ...f32(0, 4), scale: 2 } }, 4, /field "scale" that is not understood/],
    ['has an entry that is none', { a: 3 }, 4, /"a" has no description/],
    ['has odd metadata', { __metadata__: { a: 1 } }, 0, /__metadata__ is not a table of texts/],
    [
      'is nested deeply',
      `{"a":{"dtype":"F32","shape":${'['.repeat(50000)}${']'.repeat(50000)},"data_offsets":[0,4]}}`,
      4,
      /tensor "a" has (shape|a value)/,
    ],
  ])('%s', async (_, header, bytes, message) => {
    await craft(header, bytes);
    const error = await openSafetensors(path).then(
      () => new Error('it was opened'),
      (reason: Error) => reason,
    );
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(path)).toBe(true);
    expect(error.message.length).toBeLessThan(400);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['is empty', new Uint8Array(0), /only 0 bytes/],
    ['has broken UTF-8', Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d, 0x20), /the header is not JSON/],
    ['has a giant header', Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 1, 1), /header would have 4294967296 bytes/],
    ['ends within its header', Uint8Array.of(99, 0, 0, 0, 0, 0, 0, 0, 1, 1), /truncated, its header has 99 bytes/],
  ])('%s', async (_, bytes, message) => {
    await writeFile(path, bytes);
    await expect(openSafetensors(path)).rejects.toThrow(message);
  });

  it('can hold types that are not read as f32', async () => {
    await craft({ a: { dtype: 'I8', shape: [3], data_offsets: [0, 3] } }, 3);
    const reader = await openSafetensors(path);
    expect([...(await reader.readRaw('a'))]).toEqual([1, 1, 1]);
    await expect(reader.read('a', new Float32Array(3))).rejects.toThrow(/a has type I8; only F32, F16 and BF16/);
    await reader.close();
  });
});

describe('files that share one index', () => {
  const tensors = ['a', 'b', 'c'].map((name, at) => tensor(name, [at, at, at]));
  const index = () => join(directory, 'model.safetensors.index.json');

  it('hold what was written', async () => {
    expect(await writeModelTensors(directory, tensors, 24)).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
    ]);
    const reader = await openModelTensors(directory);
    for (const [at, { name }] of tensors.entries()) {
      const target = new Float32Array(3);
      await reader.read(name, target);
      expect([...target]).toEqual([at, at, at]);
    }
    await expect(reader.read('d', new Float32Array(3))).rejects.toThrow(/holds no tensor d/);
    await reader.close();
    const json = JSON.parse(await readFile(index(), 'utf8')) as { metadata: unknown };
    expect(json.metadata).toEqual({ total_size: 36 });
  });

  it.each<[string, (map: Record<string, string>) => void, RegExp]>([
    ['misplaces a tensor', (map) => Object.assign(map, { a: map.c }), /holds tensor a, which .* places in model-00002/],
    ['forgets a tensor', (map) => delete map.a, /holds tensor a, which .* places in no file/],
    ['invents a tensor', (map) => Object.assign(map, { z: map.a }), /tensor z is missing/],
    ['names an absent file', (map) => Object.assign(map, { a: 'no.safetensors' }), /no such file/],
    ['leads elsewhere', (map) => Object.assign(map, { a: '../x.safetensors' }), /no safetensors file name/],
    ['is empty', (map) => ['a', 'b', 'c'].map((key) => delete map[key]), /weight_map is empty/],
  ])('are refused if the index %s', async (_, change, message) => {
    await writeModelTensors(directory, tensors, 24);
    const json = JSON.parse(await readFile(index(), 'utf8')) as { weight_map: Record<string, string> };
    change(json.weight_map);
    await writeFile(index(), JSON.stringify(json));
    await expect(openModelTensors(directory)).rejects.toThrow(message);
  });
});

it('any damage of one file is refused by name or leaves a file that can be read', async () => {
  await writeSafetensors(path, [tensor('a', [1, 2, 3], 'F16'), tensor('b', [4, 5]), tensor('c', [6])]);
  const whole = await readFile(path);
  const headerBytes = 8 + Number(whole.readBigUInt64LE());
  const damage = fc.oneof(
    fc.record({ cut: fc.integer({ min: 0, max: whole.length - 1 }) }),
    fc.record({ at: fc.integer({ min: 0, max: headerBytes - 1 }), byte: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ add: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
  );
  let refused = 0;
  const property = fc.asyncProperty(damage, async (change) => {
    let bytes = Buffer.from(whole);
    if ('cut' in change) bytes = bytes.subarray(0, change.cut);
    else if ('at' in change) bytes[change.at] = change.byte;
    else bytes = Buffer.concat([bytes, change.add]);
    await writeFile(path, bytes);
    try {
      const reader = await openSafetensors(path);
      try {
        for (const { name } of reader.tensors.values()) await reader.readRaw(name);
      } finally {
        await reader.close();
      }
    } catch (error) {
      refused += 1;
      expect((error as Error).message).toContain(path);
    }
  });
  await fc.assert(property, { numRuns: 500 });
  expect(refused).toBeGreaterThan(300);
});
