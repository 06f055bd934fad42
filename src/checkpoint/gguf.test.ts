import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dequantize } from './block-formats.ts';
import { quantize } from './block-quantize.ts';
import { ggmlBytes } from './ggml-types.ts';
import { type GgufReader, openGguf } from './gguf.ts';
import { encodeText, encodeValue, type GgufValue, uint32, uint64 } from './gguf-metadata.ts';
import { type GgufTensorToWrite, writeGguf } from './gguf-write.ts';

/** Files that the gguf Python package wrote (scripts/goldens/gguf_files.py). */
const golden = (name: string) => fileURLToPath(new URL(`../../tests/goldens/gguf/${name}`, import.meta.url));

let directory = '';
let path = '';
let reader: GgufReader | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jingqi-gguf-'));
  path = join(directory, 'model.gguf');
});
afterEach(async () => {
  await reader?.close();
  reader = undefined;
  if (process.env.KEEP_GGUF === undefined) await rm(directory, { recursive: true, force: true });
});
const open = async (at: string) => {
  reader = await openGguf(at);
  return reader;
};
const readAll = async (file: GgufReader, name: string) => {
  const target = new Float32Array(new SharedArrayBuffer(4 * file.tensors.get(name)!.elements));
  await file.read(name, target);
  return [...target];
};
/** The data of the tensors in values.gguf. */
const line = (elements: number, row = 0) => Array.from({ length: elements }, (_, at) => (row * 256 + at) / 64 - 4);

describe('files of the gguf package', () => {
  it('are read with all types of metadata', async () => {
    const { metadata } = await open(golden('values.gguf'));
    const array = (elementType: string, value: unknown) => ({ type: 'array', elementType, value });
    expect(Object.fromEntries(metadata)).toEqual({
      'general.architecture': { type: 'string', value: 'llama' },
      'general.alignment': { type: 'uint32', value: 64 },
      'test.uint8': { type: 'uint8', value: 200 },
      'test.int8': { type: 'int8', value: -100 },
      'test.uint16': { type: 'uint16', value: 60000 },
      'test.int16': { type: 'int16', value: -30000 },
      'test.uint32': { type: 'uint32', value: 4e9 },
      'test.int32': { type: 'int32', value: -2e9 },
      'test.uint64': { type: 'uint64', value: 2n ** 63n + 1n },
      'test.int64': { type: 'int64', value: -(2n ** 62n) },
      'test.float32': { type: 'float32', value: Math.fround(0.1) },
      'test.float64': { type: 'float64', value: 0.1 },
      'test.bool': { type: 'bool', value: true },
      'test.string': { type: 'string', value: '鲸 起\n\u0000end' },
      'test.numbers': array('int32', Int32Array.of(1, -2, 3)),
      'test.floats': array('float32', Float32Array.of(0.5, -1.5)),
      'test.booleans': array('bool', Uint8Array.of(1, 0)),
      'test.texts': array('string', ['a', '', '日本']),
      'test.bytes': array('uint8', Uint8Array.of(0, 255)),
      'test.nested': array('array', [array('int32', Int32Array.of(1, 2)), array('int32', Int32Array.of(3))]),
    });
  });

  it('are read with their tensors', async () => {
    const file = await open(golden('values.gguf'));
    expect([...file.tensors.values()].map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['matrix', 'F32', [2, 3]],
      ['scalar', 'F32', [1]],
      ['half', 'F16', [1, 5]],
      ['blocks.Q8_0', 'Q8_0', [2, 256]],
      ['blocks.Q4_1', 'Q4_1', [2, 256]],
      ['cube', 'F32', [2, 3, 4]],
    ]);
    expect(await readAll(file, 'matrix')).toEqual([...line(3), ...line(3, 1)]);
    expect(await readAll(file, 'scalar')).toEqual([7.5]);
    expect(await readAll(file, 'half')).toEqual(line(5));
    expect(await readAll(file, 'cube')).toEqual([...line(12), ...line(12, 1)]);
    const values = Float32Array.from([...line(256), ...line(256, 1)]);
    for (const type of ['Q8_0', 'Q4_1'] as const) {
      const bytes = new Uint8Array(ggmlBytes(type, 512));
      quantize(type, values, bytes);
      const expected = new Float32Array(512);
      dequantize(type, bytes, expected);
      expect(await readAll(file, `blocks.${type}`)).toEqual([...expected]);
      expect(await file.readRaw(`blocks.${type}`)).toEqual(bytes);
      const part = new Float32Array(64);
      await file.readRange(`blocks.${type}`, 96, part);
      expect([...part]).toEqual([...expected.subarray(96, 160)]);
      const raw = new Uint8Array(7);
      await file.readRawInto(`blocks.${type}`, 30, raw);
      expect(raw).toEqual(bytes.slice(30, 37));
    }
    await expect(file.readRange('blocks.Q8_0', 1, new Float32Array(32))).rejects.toThrow(/in whole blocks of 32/);
    await expect(file.readRange('cube', 20, new Float32Array(8))).rejects.toThrow(
      /cube has 24 elements, cannot read 8/,
    );
    await expect(file.readRawInto('cube', 90, new Uint8Array(8))).rejects.toThrow(/cube has 96 bytes, cannot read 8/);
    await expect(file.read('cube', new Float32Array(8))).rejects.toThrow(/cube has 24 elements, the target 8/);
    await expect(file.read('absent', new Float32Array(8))).rejects.toThrow(/holds no tensor absent/);
  });

  it('may hold a vocabulary alone', async () => {
    const file = await open(golden('vocabulary.gguf'));
    expect(file.tensors.size).toBe(0);
    expect(file.metadata.get('tokenizer.ggml.tokens')).toMatchObject({ value: { 299: 't299', length: 300 } });
  });

  it.each([1, 2, 3])('may be split, and any part opens all (%i)', async (part) => {
    const file = await open(golden(`parts-0000${part}-of-00003.gguf`));
    expect([...file.tensors.keys()]).toEqual(['t0', 't1', 't2', 't3', 't4']);
    expect(file.metadata.get('qwen2.block_count')?.value).toBe(1);
    for (let at = 0; at < 5; at += 1) expect(await readAll(file, `t${at}`)).toEqual(Array(at + 1).fill(at));
    expect(file.totalBytes).toBe(60);
  });
});

describe('a split model', () => {
  const part = (number: number, of = 3) => join(directory, `m-0000${number}-of-0000${of}.gguf`);
  const place = () => Promise.all([1, 2, 3].map((n) => copyFile(golden(`parts-0000${n}-of-00003.gguf`), part(n))));

  it('is refused where a part is absent, another file, or named wrongly', async () => {
    await place();
    await rm(part(2));
    await expect(openGguf(part(1))).rejects.toThrow(`cannot open ${part(2)}: there is no such file`);
    await expect(openGguf(part(3))).rejects.toThrow(`cannot open ${part(2)}`);
    await copyFile(part(3), part(2));
    await expect(openGguf(part(1))).rejects.toThrow(
      `${part(2)}: metadata key "split.no" is 2, but by its name it should be 1`,
    );
    await copyFile(golden('values.gguf'), part(2));
    await expect(openGguf(part(1))).rejects.toThrow(`${part(2)}: metadata key "split.no" is absent`);
    await copyFile(part(1), path);
    await expect(openGguf(path)).rejects.toThrow(/must be named like NAME-00001-of-00003.gguf/);
  });

  it('is refused where tensors are missing or stand there twice', async () => {
    const split = (number: number, total: number): [string, GgufValue][] => [
      ['split.no', { type: 'uint16', value: number }],
      ['split.count', { type: 'uint16', value: 2 }],
      ['split.tensors.count', { type: 'int32', value: total }],
    ];
    const tensor = (name: string): GgufTensorToWrite => ({ name, shape: [1], dtype: 'F32', data: Float32Array.of(1) });
    await writeGguf(part(1, 2), { metadata: split(0, 3), tensors: [tensor('a')] });
    await writeGguf(part(2, 2), { metadata: split(1, 3), tensors: [tensor('b')] });
    await expect(openGguf(part(1, 2))).rejects.toThrow(/hold 2 tensors, but "split.tensors.count" is 3/);
    await writeGguf(part(1, 2), { metadata: split(0, 2), tensors: [tensor('b')] });
    await expect(openGguf(part(1, 2))).rejects.toThrow(/tensor b stands in .*m-00001-of-00002.gguf too/);
  });
});

describe('writeGguf', () => {
  const values = Float32Array.from({ length: 1024 }, (_, at) => Math.sin(at) * 3);

  it('gives back the files of the gguf package byte for byte', async () => {
    for (const name of ['values.gguf', 'vocabulary.gguf']) {
      const file = await open(golden(name));
      const tensors = [...file.tensors.values()].map(({ name: as, shape, dtype }) => ({
        name: as,
        shape,
        dtype,
        raw: () => file.readRaw(as),
      }));
      await writeGguf(path, { metadata: file.metadata, tensors, alignment: name === 'values.gguf' ? 64 : 32 });
      await file.close();
      const [ours, theirs] = [await readFile(path), await readFile(golden(name))];
      // We write general.alignment last; otherwise they are equal.
      expect(ours.length).toBe(theirs.length);
      if (name === 'vocabulary.gguf') expect(ours.equals(theirs)).toBe(true);
      const again = await open(path);
      expect(new Map([...again.metadata].sort())).toEqual(new Map([...file.metadata].sort()));
      await again.close();
    }
  });

  it('writes every type, whole or in pieces, and reads it back', async () => {
    const types = ['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1', 'Q4_K', 'Q6_K'] as const;
    const tensors = types.map(
      (dtype): GgufTensorToWrite => ({
        name: `t.${dtype}`,
        shape: [2, 2, 256],
        dtype,
        data: async function* () {
          yield values.subarray(0, 256);
          yield values.subarray(256);
        },
      }),
    );
    const metadata: [string, GgufValue][] = [
      ['general.architecture', { type: 'string', value: 'llama' }],
      ['test.half', { type: 'float32', value: 0.5 }],
    ];
    const scalar: GgufTensorToWrite = { name: 's', shape: [3], dtype: 'F32', data: () => Float32Array.of(1, 2, 3) };
    await writeGguf(path, { metadata, tensors: [...tensors, scalar] });
    const file = await open(path);
    const expected: Record<string, unknown> = { s: { type: 'F32', shape: [3], values: [1, 2, 3] } };
    for (const type of types) {
      const bytes = new Uint8Array(ggmlBytes(type, 1024));
      quantize(type, values, bytes);
      expect(await file.readRaw(`t.${type}`)).toEqual(bytes);
      const back = new Float32Array(1024);
      dequantize(type, bytes, back);
      expect(await readAll(file, `t.${type}`)).toEqual([...back]);
      expected[`t.${type}`] = { type, shape: [2, 2, 256], values: [...back] };
    }
    if (process.env.KEEP_GGUF === undefined) return;
    const found = { 'general.architecture': 'llama', 'test.half': 0.5 };
    await writeFile(`${path}.json`, JSON.stringify({ metadata: found, tensors: expected }));
    console.log(`python scripts/goldens/gguf_files.py --check ${path} ${path}.json`);
  });

  it.each<[string, GgufTensorToWrite[], RegExp]>([
    [
      'too little data',
      [{ name: 'a', shape: [3], dtype: 'F32', data: new Float32Array(2) }],
      /a of shape \[3\].*needs 12 bytes, its data have 8/,
    ],
    [
      'too much data',
      [{ name: 'a', shape: [1], dtype: 'F32', data: new Float32Array(2) }],
      /has more data than 4 bytes/,
    ],
    [
      'partial blocks',
      [{ name: 'a', shape: [33], dtype: 'Q8_0', data: new Float32Array(33) }],
      /a of shape \[33\] cannot be Q8_0/,
    ],
    [
      'a long name',
      [{ name: 'a'.repeat(64), shape: [1], dtype: 'F32', data: new Float32Array(1) }],
      /has 64 bytes, GGUF allows 1 to 63/,
    ],
    ['five axes', [{ name: 'a', shape: [1, 1, 1, 1, 1], dtype: 'F32', data: new Float32Array(1) }], /at most 4 axes/],
    [
      'NaN in blocks',
      [{ name: 'a', shape: [32], dtype: 'Q4_0', data: new Float32Array(32).fill(Number.NaN) }],
      /tensor a as Q4_0: holds numbers that are not finite/,
    ],
    [
      'a name twice',
      ['a', 'a'].map((name) => ({ name, shape: [1], dtype: 'F32' as const, data: new Float32Array(1) })),
      /a is given twice/,
    ],
  ])('refuses %s and leaves nothing', async (_, tensors, message) => {
    await expect(writeGguf(path, { metadata: [], tensors })).rejects.toThrow(message);
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('a file that lies', () => {
  type Parts = Uint8Array[];
  const info = (name: string, lengths: (number | bigint)[], type: number, offset: number | bigint): Parts => [
    ...encodeText(name),
    uint32(lengths.length),
    new Uint8Array(BigUint64Array.from(lengths.map(BigInt)).buffer),
    uint32(type),
    new Uint8Array(BigUint64Array.of(BigInt(offset)).buffer),
  ];
  const key = (name: string, value: GgufValue): Parts => [...encodeText(name), ...encodeValue(value)];
  const magic = new TextEncoder().encode('GGUF');
  /** Header, padding to 32, then `data` bytes. */
  const file = (tensors: Parts[], data: number, keys: Parts[] = [], version = 3) => {
    const header = Buffer.concat([
      magic,
      uint32(version),
      uint64(tensors.length),
      uint64(keys.length),
      ...keys.flat(),
      ...tensors.flat(),
    ]);
    return Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32), Buffer.alloc(data)]);
  };
  const raw = (...parts: Uint8Array[]) => Buffer.concat([magic, uint32(3), ...parts]);
  const huge = new Uint8Array(BigUint64Array.of(2n ** 63n).buffer);
  const nested = (depth: number): Parts => [
    uint32(9),
    ...(depth === 0 ? [uint64(0)] : [uint64(1), ...nested(depth - 1)]),
  ];

  it.each<[string, Buffer, RegExp]>([
    ['is empty', Buffer.alloc(0), /only 0 bytes/],
    ['is none', Buffer.alloc(100), /does not start with "GGUF"/],
    ['has version 1', file([], 0, [], 1), /GGUF version 1, only versions 2 and 3/],
    ['has version 4', file([], 0, [], 4), /GGUF version 4/],
    ['is big-endian', file([], 0, [], 0x03000000), /big-endian GGUF file/],
    ['claims 2^63 tensors', raw(huge, uint64(0)), /list of tensors has a count of 9223372036854775808/],
    ['claims 2^63 keys', raw(uint64(0), huge), /the metadata has a count of 9223372036854775808/],
    ['claims keys that do not fit', raw(uint64(0), uint64(5)), /the metadata has a count of 5, but .* 0 bytes left/],
    ['has a key of 2^63 bytes', file([], 0, [[huge, new Uint8Array(8)]]), /name of metadata key 1 of 1 has a count of/],
    [
      'has a key that is not UTF-8',
      file([], 0, [[uint64(1), Uint8Array.of(0xff), uint32(0), uint32(0)]]),
      /key 1 of 1 holds a text that is not UTF-8/,
    ],
    [
      'has a key twice',
      file([], 0, [key('a', { type: 'int8', value: 1 }), key('a', { type: 'int8', value: 1 })]),
      /metadata key "a" stands there twice/,
    ],
    [
      'has a key without name',
      file([], 0, [key('', { type: 'uint64', value: 1n })]),
      /metadata key 1 of 1 has no name/,
    ],
    [
      'has an unknown value type',
      file([], 0, [[...encodeText('k'), uint32(13), uint64(0)]]),
      /metadata key "k" has a value of unknown type 13/,
    ],
    [
      'has a boolean of 2',
      file([], 0, [[...encodeText('k'), uint32(7), Uint8Array.of(2)]]),
      /"k" is a boolean of value 2/,
    ],
    [
      'has an array of 2^63',
      file([], 0, [[...encodeText('k'), uint32(9), uint32(0), huge]]),
      /"k" has a count of 9223372036854775808/,
    ],
    [
      'has an array longer than itself',
      file([], 0, [[...encodeText('k'), uint32(9), uint32(10), uint64(9), uint64(1)]]),
      /"k" has a count of 9/,
    ],
    [
      'nests arrays',
      file([], 0, [[...encodeText('k'), uint32(9), ...nested(6)]]),
      /"k" has arrays nested more than 4 deep/,
    ],
    [
      'has a text that is not UTF-8',
      file([], 0, [[...encodeText('k'), uint32(8), uint64(2), Uint8Array.of(0xc3, 0x28)]]),
      /"k" holds a text that is not UTF-8/,
    ],
    [
      'has an odd alignment',
      file([], 0, [key('general.alignment', { type: 'uint32', value: 48 })]),
      /"general.alignment" is 48/,
    ],
    [
      'has an alignment of 0',
      file([], 0, [key('general.alignment', { type: 'uint32', value: 0 })]),
      /"general.alignment" is 0/,
    ],
    [
      'has an alignment in words',
      file([], 0, [key('general.alignment', { type: 'string', value: '32' })]),
      /"general.alignment" is of type string/,
    ],
    ['has a tensor without name', file([info('', [1n], 0, 0)], 4), /tensor 1 of 1 has no name/],
    [
      'has a long name',
      file([info('x'.repeat(64), [1n], 0, 0)], 4),
      /name of tensor 1 of 1 has a text of 64 bytes, at most 63/,
    ],
    ['has five axes', file([info('a', [1n, 1n, 1n, 1n, 1n], 0, 0)], 4), /tensor "a" has 5 axes/],
    [
      'has 2^32 - 1 axes',
      file([[...encodeText('a'), uint32(2 ** 32 - 1), uint64(0), uint64(0)]], 0),
      /tensor "a" has 4294967295 axes/,
    ],
    ['has a removed type', file([info('a', [32n], 4, 0)], 32), /tensor "a" has type number 4, which is not known/],
    [
      'has rows of partial blocks',
      file([info('a', [33n], 8, 0)], 64),
      /"a" of type Q8_0 has rows of 33 elements, not whole blocks of 32/,
    ],
    [
      'has a length of 2^64 - 1',
      file([info('a', [2n ** 64n - 1n], 0, 0)], 4),
      /tensor "a" has shape \[18446744073709551615\]/,
    ],
    ['has an overflowing product', file([info('a', [2n ** 33n, 2n ** 33n], 0, 0)], 4), /beyond what a file can hold/],
    ['hides a large length behind a zero', file([info('a', [0n, 2n ** 63n], 0, 0)], 4), /beyond what a file can hold/],
    ['has an offset of 2^63', file([info('a', [1n], 0, 2n ** 63n)], 4), /"a" starts at byte 9223372036854775808/],
    ['has an unaligned tensor', file([info('a', [1n], 0, 4)], 8), /"a" starts at no multiple of 32/],
    ['is truncated', file([info('a', [9n], 0, 0)], 32), /truncated, tensor "a" ends at byte \d+ but the file has/],
    ['overlaps', file([info('a', [9n], 0, 0), info('b', [8n], 0, 32)], 64), /tensor "b" overlaps/],
    ['leaves a gap', file([info('a', [1n], 0, 0), info('b', [1n], 0, 64)], 96), /tensor "b" leaves 32 bytes unused/],
    ['has bytes left over', file([info('a', [1n], 0, 0)], 33), /1 bytes after the last tensor/],
    [
      'names a tensor twice',
      file([info('a', [1n], 0, 0), info('a', [1n], 0, 32)], 64),
      /tensor "a" stands there twice/,
    ],
  ])('%s', async (_, bytes, message) => {
    await writeFile(path, bytes);
    const error = await openGguf(path).then(
      () => new Error('it was opened'),
      (reason: Error) => reason,
    );
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(path)).toBe(true);
    expect(error.message.length).toBeLessThan(path.length + 300);
  });

  it('can hold types that are not read as f32', async () => {
    await writeFile(path, file([info('a', [3n], 24, 0)], 32));
    const opened = await open(path);
    expect((await opened.readRaw('a')).length).toBe(3);
    await expect(opened.read('a', new Float32Array(3))).rejects.toThrow(/tensor a has type I8; only F32, F16, BF16/);
  });

  it('is read in pieces: a header longer than a piece, values across their borders', async () => {
    const texts = Array.from({ length: 150_000 }, (_, at) => `token ${at} ${'x'.repeat(at % 13)}`);
    const numbers = Float32Array.from({ length: 400_000 }, (_, at) => at);
    const metadata: [string, GgufValue][] = [
      ['tokens', { type: 'array', elementType: 'string', value: texts }],
      ['scores', { type: 'array', elementType: 'float32', value: numbers }],
      ['last', { type: 'uint8', value: 7 }],
    ];
    await writeGguf(path, { metadata, tensors: [{ name: 'a', shape: [1], dtype: 'F32', data: Float32Array.of(5) }] });
    const opened = await open(path);
    // Joined and as bytes: vitest takes seconds to compare long arrays.
    expect((opened.metadata.get('tokens') as { value: readonly string[] }).value.join() === texts.join()).toBe(true);
    const { buffer } = (opened.metadata.get('scores') as { value: Float32Array }).value;
    expect(Buffer.compare(Buffer.from(buffer), Buffer.from(numbers.buffer))).toBe(0);
    expect(opened.metadata.get('last')?.value).toBe(7);
    expect(await readAll(opened, 'a')).toEqual([5]);
  });

  it('cannot make a small file cost much memory: many small parts are refused', async () => {
    const empty = Buffer.concat([uint32(0), uint64(0)]);
    const count = 300_000;
    const arrays = [...encodeText('k'), uint32(9), uint32(9), uint64(count), ...Array<Uint8Array>(count).fill(empty)];
    await writeFile(path, file([], 0, [arrays]));
    await expect(openGguf(path)).rejects.toThrow(/metadata key "k" is one too many/);
  });
});
