import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint, openGguf, type TensorSource } from '../checkpoint/index.ts';
import { encodeHeader } from '../checkpoint/safetensors-header.ts';
import { sampleTexts } from '../text/fixtures/sample-texts.ts';
import { convertModel } from './convert-model.ts';
import { openModelSource } from './model-source.ts';

const GOLDENS = fileURLToPath(new URL('../../tests/goldens/', import.meta.url));
const NANO = fileURLToPath(new URL('../../models/nano', import.meta.url));
const golden = (name: string) => join(GOLDENS, name);

const TEXTS = [
  ...sampleTexts().flatMap(({ question, solution }) => [question, solution]),
  '  spaces\n\n\tand 1234567 numbers, <think>marks</think> 🙂 naïve العربية',
];

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'jingqi-convert-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));
const place = (name: string) => join(directory, name);

async function weights(
  source: Pick<TensorSource, 'tensors' | 'read'>,
  skip: readonly string[] = [],
): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for (const { name, elements } of source.tensors.values()) {
    if (skip.includes(name)) continue;
    const values = new Float32Array(elements);
    await source.read(name, values);
    found.set(name, values);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function weightsOf(path: string, skip: readonly string[] = []) {
  const source = await openModelSource(path);
  try {
    return { config: source.config, weights: await weights(source, skip) };
  } finally {
    await source.close();
  }
}

describe.each([
  'v2-greedy',
  'v2-group-limited',
  'v2-query-compression-yarn',
  'v3-plain',
  'v3-mtp',
  'v3-no-topk-norm',
  'v3-tied-embeddings',
  'qwen2',
  'qwen2-tied',
  'qwen3',
  'llama-tied-bias',
])('%s', (name) => {
  it('goes to GGUF and back with the same configuration and the same numbers', async () => {
    const whole = await weightsOf(golden(name));
    const skip = whole.config.tieWordEmbeddings ? ['lm_head.weight'] : [];
    const { notes } = await convertModel(golden(name), place('model.gguf'));
    expect(notes).toEqual([`${golden(name)} has no tokenizer.json, so the file has no tokenizer.`]);
    // The weights are BF16 and stay so.
    const { types } = await convertModel(place('model.gguf'), place('back'));
    expect(Object.keys(types)).toEqual(['BF16']);
    for (const path of ['model.gguf', 'back']) {
      const read = await weightsOf(place(path));
      expect(read.config).toMatchObject({ ...whole.config, ...specialTokens(read.config) });
      expect(read.weights).toEqual((await weightsOf(golden(name), skip)).weights);
    }
  });
});

/** Without a tokenizer a GGUF file does not tell them. */
const specialTokens = ({ bosTokenId, eosTokenIds, padTokenId }: Awaited<ReturnType<typeof weightsOf>>['config']) => ({
  bosTokenId,
  eosTokenIds,
  padTokenId,
});

it.each([
  ['v3-rope-half-split', /rope_interleave false cannot be written/],
  ['v3-yarn-two-mscales', /mscale has to be the same/],
  ['v32-sparse', /model_type "deepseek_v32" cannot be written as GGUF/],
  ['llama-llama3-rope', /GGUF readers know llama3 scaling only with/],
  ['youtu', /model_type "youtu" cannot be written as GGUF/],
])('%s is refused by name, and nothing is left', async (name, message) => {
  await expect(convertModel(golden(name), place('model.gguf'))).rejects.toThrow(message);
  expect(await readdir(directory)).toEqual([]);
});

describe('the tokenizer', () => {
  it('goes along both ways: tokens of every text, special tokens, the template', async () => {
    await convertModel(NANO, place('nano.gguf'));
    await convertModel(place('nano.gguf'), place('nano'));
    const original = await openTokenizer(NANO);
    for (const path of ['nano.gguf', 'nano']) {
      const read = await openTokenizer(place(path));
      for (const text of TEXTS) {
        expect([...read.encode(text, { addSpecial: true })]).toEqual([...original.encode(text, { addSpecial: true })]);
      }
      expect(read.specialIds).toEqual(original.specialIds);
      expect(read.chatTemplate).toBe(original.chatTemplate);
      expect([read.bosId, read.eosId, read.padId]).toEqual([original.bosId, original.eosId, original.padId]);
      const ends = await weightsOf(place(path));
      expect(ends.config.eosTokenIds).toEqual((await weightsOf(NANO)).config.eosTokenIds);
    }
  });

  it('that adds a begin token still does, in transformers too', async () => {
    await convertModel(NANO, place('nano'), { type: 'bf16' });
    const config = JSON.parse(await readFile(place('nano/tokenizer_config.json'), 'utf8')) as object;
    await writeFile(place('nano/tokenizer_config.json'), JSON.stringify({ ...config, add_bos_token: true }));
    await convertModel(place('nano'), place('nano.gguf'));
    await convertModel(place('nano.gguf'), place('back'));
    const { bosId } = await openTokenizer(NANO);
    for (const path of ['nano.gguf', 'back']) {
      expect((await openTokenizer(place(path))).encode('a', { addSpecial: true })[0]).toBe(bosId);
    }
    const json = JSON.parse(await readFile(place('back/tokenizer.json'), 'utf8')) as {
      post_processor: { single: object[] };
    };
    expect(json.post_processor.single[0]).toHaveProperty('SpecialToken');
  });
});

async function openTokenizer(path: string) {
  const source = await openModelSource(path);
  try {
    return await source.tokenizer();
  } finally {
    await source.close();
  }
}

describe('8-bit floats with scales', () => {
  it('become what they stand for, in either form', async () => {
    await writeFp8(golden('v3-plain'), place('fp8'));
    const expected = (await weightsOf(place('fp8'))).weights;
    await convertModel(place('fp8'), place('wide'), { type: 'f32' });
    await convertModel(place('fp8'), place('wide.gguf'), { type: 'f32' });
    expect((await weightsOf(place('wide'))).weights).toEqual(expected);
    expect((await weightsOf(place('wide.gguf'))).weights).toEqual(expected);
    expect((await convertModel(place('fp8'), place('narrow'))).types).toHaveProperty('BF16');
    expect(JSON.parse(await readFile(place('narrow/config.json'), 'utf8'))).not.toHaveProperty('quantization_config');
  });
});

/** A copy of a model whose projections are random codes of 8 bits with scales for blocks of 16 × 16. */
async function writeFp8(from: string, to: string): Promise<void> {
  await convertModel(from, to, { type: 'f32' });
  const source = await openCheckpoint(to);
  const [layouts, data]: [{ name: string; dtype: 'F32' | 'F8_E4M3'; shape: readonly number[] }[], Buffer[]] = [[], []];
  const tensors = [...source.tensors.values()];
  const isCodes = (name: string) => /_proj\.weight$/.test(name);
  for (const { name, shape, elements } of tensors) {
    if (isCodes(name)) {
      const scales = [Math.ceil(shape[0]! / 16), Math.ceil(shape[1]! / 16)];
      layouts.push({ name: `${name}_scale_inv`, dtype: 'F32', shape: scales });
      const values = Float32Array.from({ length: scales[0]! * scales[1]! }, (_, at) => 0.01 * (1 + (at % 7)));
      data.push(Buffer.from(values.buffer));
    } else {
      const values = new Float32Array(elements);
      await source.read(name, values);
      layouts.push({ name, dtype: 'F32', shape });
      data.push(Buffer.from(values.buffer));
    }
  }
  for (const { name, shape, elements } of tensors.filter((tensor) => isCodes(tensor.name))) {
    layouts.push({ name, dtype: 'F8_E4M3', shape });
    data.push(Buffer.from(Uint8Array.from({ length: elements }, (_, at) => ((at * 37) % 120) + (at % 2) * 128)));
  }
  await source.close();
  await writeFile(join(to, 'model.safetensors'), Buffer.concat([encodeHeader(layouts), ...data]));
  const config = JSON.parse(await readFile(join(to, 'config.json'), 'utf8')) as object;
  const quantization = { quant_method: 'fp8', fmt: 'e4m3', weight_block_size: [16, 16] };
  await writeFile(join(to, 'config.json'), JSON.stringify({ ...config, quantization_config: quantization }));
}

describe('quantised', () => {
  it('a directory and the GGUF file made from it give the same bytes', async () => {
    await convertModel(NANO, place('wide.gguf'));
    const direct = await convertModel(NANO, place('direct.gguf'), { type: 'q4_k_m' });
    const twice = await convertModel(place('wide.gguf'), place('twice.gguf'), { type: 'q4_k_m' });
    expect(twice.types).toEqual(direct.types);
    expect(Object.keys(direct.types).sort()).toEqual(['F32', 'Q4_K', 'Q5_0', 'Q8_0']);
    const [a, b] = await Promise.all([openGguf(place('direct.gguf')), openGguf(place('twice.gguf'))]);
    for (const { name, dtype } of a.tensors.values()) {
      expect(b.tensors.get(name)?.dtype).toBe(dtype);
      expect(Buffer.compare(await a.readRaw(name), await b.readRaw(name)), name).toBe(0);
    }
    expect(a.metadata.get('general.file_type')).toEqual({ type: 'uint32', value: 15 });
    expect(b.metadata.get('general.file_type')).toEqual({ type: 'uint32', value: 15 });
    await Promise.all([a.close(), b.close()]);
    const again = await convertModel(place('direct.gguf'), place('again.gguf'), { type: 'q8_0' });
    expect(again.notes).toEqual([
      expect.stringMatching(/matrices were in .*Q4_K.* already: what that lost stays lost/),
    ]);
  });

  it('splits into files and joins them again, byte for byte', async () => {
    const whole = await convertModel(NANO, place('whole.gguf'), { type: 'q8_0' });
    const split = await convertModel(place('whole.gguf'), place('parts.gguf'), { largestFile: 2e6 });
    expect(split.paths.length).toBeGreaterThan(2);
    expect(split.paths[0]).toMatch(/parts-00001-of-0000\d\.gguf$/);
    await convertModel(split.paths.at(-1)!, place('joined.gguf'));
    expect(Buffer.compare(await readFile(place('joined.gguf')), await readFile(whole.paths[0]!))).toBe(0);
    await expect(convertModel(split.paths[0]!, place('parts.gguf'), { largestFile: 2e6 })).rejects.toThrow(
      /exists already/,
    );
  });

  it('leaves nothing where a part fails, in one file or in several', async () => {
    let pieces = 0;
    const convert = () => {
      pieces += 1;
      if (pieces === 30) throw new Error('too bad');
      return new Uint8Array(0);
    };
    for (const largestFile of [undefined, 1e6]) {
      pieces = 29;
      await expect(convertModel(NANO, place('model.gguf'), { type: 'q8_0', convert, largestFile })).rejects.toThrow(
        /^tensor \S+ as \S+: too bad$/,
      );
      expect(await readdir(directory)).toEqual([]);
    }
  });

  it('tells how far it is', async () => {
    const seen: number[] = [];
    const onProgress = (done: number, total: number) => seen.push(done / total);
    await convertModel(NANO, place('model.gguf'), { type: 'q8_0', onProgress });
    await convertModel(place('model.gguf'), place('model'), { onProgress });
    expect(seen.filter((share) => share === 1)).toHaveLength(2);
    expect(Math.max(...seen)).toBe(1);
  });
});

describe('a target', () => {
  it('that stands there is kept unless it may be replaced', async () => {
    await convertModel(golden('qwen2'), place('model.gguf'));
    const before = await readFile(place('model.gguf'));
    await expect(convertModel(golden('qwen3'), place('model.gguf'))).rejects.toThrow(/exists already/);
    expect(Buffer.compare(await readFile(place('model.gguf')), before)).toBe(0);
    await convertModel(golden('qwen3'), place('model.gguf'), { replace: true });
    expect(Buffer.compare(await readFile(place('model.gguf')), before)).not.toBe(0);
    await convertModel(golden('qwen2'), place('directory'));
    await expect(convertModel(golden('qwen3'), place('directory'))).rejects.toThrow(/exists already/);
    await writeFile(place('note'), 'mine');
    await expect(convertModel(golden('qwen3'), place('note'), { replace: true })).rejects.toThrow(/is a file/);
  });

  it('that is a directory takes no blocks', async () => {
    await expect(convertModel(golden('qwen2'), place('model'), { type: 'q8_0' })).rejects.toThrow(
      /a directory holds weights of type f32, f16, bf16; q8_0 is for targets that end in .gguf/,
    );
  });
});
