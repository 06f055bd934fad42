import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadWeights, openCheckpoint, weightFormats } from '../checkpoint/index.ts';
import { allocateParameters, type ModelConfig, type ModelParameters, parameterBytes } from '../model/index.ts';
import { BlockTensor, createRuntime, embedding, JoinedRows, type Runtime, record, Tensor } from '../tensor/index.ts';
import { type Fp8Options, writeFp8Directory } from './fixtures/fp8-model.ts';
import { groupedConfig, latentConfig, logitsOf, relativeError } from './fixtures/stored-model.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jingqi-fp8-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Rows of several groups of 128, the last of them cut short. */
const deepseek: ModelConfig = {
  ...latentConfig,
  hiddenSize: 256,
  intermediateSize: 160,
  attention: { ...latentConfig.attention, queryLoraRank: 144, keyValueLoraRank: 160 } as ModelConfig['attention'],
};
const tied: ModelConfig = { ...groupedConfig, hiddenSize: 256, tieWordEmbeddings: true };
const files: readonly (Fp8Options & { name: string; config: ModelConfig })[] = [
  { name: 'deepseek_v3 as it is published', config: deepseek },
  { name: 'deepseek_v3, scales powers of two, embeddings too', config: deepseek, scales: 'F8_E8M0', embeddings: true },
  { name: 'deepseek_v3, scales along rows', config: deepseek, block: [1, 256], embeddings: true },
  { name: 'deepseek_v3 in e5m2', config: deepseek, codes: 'F8_E5M2', block: [32, 128] },
  { name: 'qwen2 with a tied embedding', config: tied, embeddings: true, block: [48, 128] },
];

describe.each(['native', 'wasm'] as const)('weights in 8-bit floats on %s', (target) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ target, workers: 1, memoryBytes: 2 ** 27 });
  });
  afterAll(() => runtime.close());

  it.each(files)('of a $name give the logits of the widened weights', async ({ name, config, ...options }) => {
    const place = join(folder, `${target}-${name}`.replaceAll(/\W+/g, '-'));
    const file = await openCheckpoint(await writeFp8Directory(runtime, place, config, options));
    try {
      const formats = weightFormats(file);
      const form = config.attention.kind === 'latent' ? 'absorbed' : 'naive';
      const expected = await logitsOf(runtime, file, new Map(), form);
      const actual = await logitsOf(runtime, file, formats, form);
      // Widening rounds as it does in the file; sums of up to 256 terms are taken in another order, of which each step is
      // off by 2⁻²⁴.
      const errors = expected.map((row, at) => relativeError(row, actual[at]!));
      expect(Math.max(...errors)).toBeLessThan(1e-5);
    } finally {
      await file.close();
    }
  });
});

describe('weights in 8-bit floats', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ workers: 2, memoryBytes: 2 ** 27 });
  });
  afterAll(() => runtime.close());
  const write = (name: string, config: ModelConfig, options?: Fp8Options) =>
    writeFp8Directory(runtime, join(folder, name), config, options);
  const load = async (file: Awaited<ReturnType<typeof openCheckpoint>>, threadsFrom?: number) => {
    const parameters = allocateParameters(runtime, file.config, weightFormats(file));
    await loadWeights(runtime, file, parameters, { threadsFrom });
    return parameters;
  };

  it('take about a quarter of the memory that f32 takes', async () => {
    const file = await openCheckpoint(await write('memory', deepseek, { embeddings: true }));
    const formats = weightFormats(file);
    const stored = parameterBytes(deepseek, formats);
    await file.close();
    // A byte a weight, and a scale for each row and at most 128 columns; norms, biases and the router are f32.
    expect(stored).toBeLessThan(0.3 * parameterBytes(deepseek));
    expect(stored).toBeLessThan(1.1 * file.totalBytes);
    // The latent's keys lie across the rows of the file, in 8 bits nevertheless.
    expect(formats.get('layers.1.attention.latentUp')).toEqual(['f8_e4m3', 'f8_e4m3']);
  });

  it('are f32 where panels have no place for their scales', async () => {
    const formatsOf = async (config: ModelConfig, block: readonly [number, number]) => {
      const file = await openCheckpoint(await write(`block-${block}-${config.moeIntermediateSize}`, config, { block }));
      await file.close();
      return weightFormats(file);
    };
    // The keys of the second head, rows 64 to 95, lie in two blocks.
    const across = await formatsOf(deepseek, [40, 128]);
    expect(across.get('layers.0.attention.latentUp')).toEqual(['f32', 'f8_e4m3']);
    expect(across.get('layers.0.attention.output')).toEqual(['f8_e4m3']);
    expect((await formatsOf(deepseek, [128, 64])).size).toBe(3); // Rows of 64 numbers alone: attention's output.
    // Words of four numbers.
    const odd = await formatsOf({ ...deepseek, moeIntermediateSize: 94 }, [128, 128]);
    expect(odd.get('layers.1.experts.routed.down')).toBeUndefined();
    expect(odd.get('layers.1.experts.routed.gateUp')).toEqual(['f8_e4m3', 'f8_e4m3']);
  });

  it('give the rows of an embedding to the last bit', async () => {
    const file = await openCheckpoint(await write('rows', tied, { embeddings: true, block: [48, 128] }));
    const { embedding: table } = await load(file);
    const expected = new Float32Array(table.rows * table.columns);
    await file.read('model.embed_tokens.weight', expected);
    await file.close();
    const ids = runtime.allocate('ids', [table.rows], 'i32');
    runtime.write(
      ids,
      Int32Array.from({ length: table.rows }, (_, row) => row),
    );
    const program = record(runtime, () => ({ rows: embedding(table, ids, table.rows) }));
    program.replay();
    expect(Float32Array.from(runtime.read(program.outputs.rows))).toEqual(expected);
    program.release();
  });

  it('are loaded by threads of their own as by the calling one', async () => {
    const file = await openCheckpoint(await write('threads', deepseek, { scales: 'F8_E8M0', embeddings: true }));
    const [here, elsewhere] = [await load(file, Number.POSITIVE_INFINITY), await load(file, 0)];
    await file.close();
    const [one, other] = [here, elsewhere].map((parameters) => panelsOf(runtime, parameters));
    expect(one!.length).toBeGreaterThan(20);
    expect(other).toEqual(one);
  });

  type Change = NonNullable<Fp8Options['change']>;
  const SCALED = 'model.layers.0.mlp.gate_proj.weight';
  const setScale = (value: number): Change => {
    return (name, _, scales) => {
      if (name === SCALED) new DataView(scales.buffer).setFloat32(0, value, true);
    };
  };
  const setCode: Change = (name, codes) => {
    if (name === SCALED) codes[256 * 40 + 7] = 0x7f;
  };
  it.each([
    [
      'a scale that is none',
      setScale(Number.NaN),
      /dense.gateUp, rows from 0: .*scale of row 0 from place 0 on is NaN/,
    ],
    ['a scale beyond the range', setScale(-300), /the scale -300 of row 0 .* convert the model to bf16/],
    ['a number that is none', setCode, /dense.gateUp, rows from 0: .*number 7 of row 40 is not finite/],
  ])('%s is refused by name, from either thread', async (name, change, message) => {
    const file = await openCheckpoint(await write(name.replaceAll(' ', '-'), deepseek, { change }));
    for (const threadsFrom of [0, Number.POSITIVE_INFINITY])
      await expect(load(file, threadsFrom)).rejects.toThrow(message);
    await file.close();
  });

  it('a copy that differs in a code or a scale is refused', async () => {
    const file = await openCheckpoint(await write('copies', tied, { embeddings: true }));
    const [name, main] = ['lm_head.weight', 'model.embed_tokens.weight'];
    const stored = file.tensors.get(main)!;
    const loadWith = (code: number, factor: number) =>
      load({
        ...file,
        tensors: new Map([...file.tensors, [name, { ...stored, name }]]),
        async readRawRows(from, first, target) {
          await file.readRawRows(from === name ? main : from, first, target);
          if (from === name) target[7]! ^= code;
        },
        readScales: async (from, rows) =>
          from === name
            ? (await file.readScales!(main, rows)).map((scale) => scale * factor)
            : file.readScales!(from, rows),
      });
    await loadWith(0, 1);
    await expect(loadWith(1, 1)).rejects.toThrow(`${name} differs`);
    await expect(loadWith(0, 2)).rejects.toThrow(`${name} differs`);
  });
});

/** All weights that are kept in panels. */
function panelsOf(runtime: Runtime, parameters: ModelParameters): Uint8Array[] {
  const found = new Set<Tensor>();
  const collect = (value: unknown): void => {
    if (value instanceof BlockTensor) found.add(value.panels);
    else if (value instanceof JoinedRows) value.parts.forEach(collect);
    else if (typeof value === 'object' && value !== null && !(value instanceof Tensor)) {
      Object.values(value).forEach(collect);
    }
  };
  const { all: _, ...weights } = parameters;
  collect(weights);
  return [...found].map((tensor) => (runtime.view(tensor) as Uint8Array).slice());
}
