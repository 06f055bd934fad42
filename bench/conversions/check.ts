/*
 * Whether what `jingqi convert` and `jingqi quantize` write is read alike by llama.cpp and by transformers: small models
 * with random weights go to GGUF and back, and all logits are compared.
 *
 *   npm ci --prefix bench
 *   node bench/conversions/check.ts [--python PYTHON with torch and transformers] [--only deepseek_v2,llama]
 *
 * Prints a table; exits with 1 where two differ by more than they should.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type MixName, tensorSpecs, writeCheckpoint } from '../../src/checkpoint/index.ts';
import { convertModel, openModel, prefixLogits } from '../../src/inference/index.ts';
import { parseModelConfig } from '../../src/model/index.ts';
import { LlamaLogits } from './llama-logits.ts';
import { normalFromHash } from './normal.ts';

const { values: flags } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, only: { type: 'string' } },
});
const NANO = fileURLToPath(new URL('../../models/nano', import.meta.url));
const SCRIPT = fileURLToPath(new URL('transformers_logits.py', import.meta.url));
const VOCABULARY = (JSON.parse(await readFile(path.join(NANO, 'config.json'), 'utf8')) as { vocab_size: number })
  .vocab_size;

const shared = {
  vocab_size: VOCABULARY,
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  max_position_embeddings: 256,
  hidden_act: 'silu',
  tie_word_embeddings: false,
};
const latent = {
  ...shared,
  num_key_value_heads: 4,
  kv_lora_rank: 256,
  qk_nope_head_dim: 64,
  qk_rope_head_dim: 32,
  v_head_dim: 64,
  moe_intermediate_size: 256,
  n_routed_experts: 12,
  n_shared_experts: 2,
  num_experts_per_tok: 3,
  first_k_dense_replace: 1,
  routed_scaling_factor: 1.5,
};

/** Configurations by name; the last dimensions allow every type. */
const CONFIGS: Readonly<Record<string, Record<string, unknown>>> = {
  deepseek_v2: {
    ...latent,
    model_type: 'deepseek_v2',
    topk_method: 'greedy',
    q_lora_rank: null,
    norm_topk_prob: false,
  },
  deepseek_v3: {
    ...latent,
    model_type: 'deepseek_v3',
    q_lora_rank: 256,
    n_group: 4,
    topk_group: 2,
    norm_topk_prob: true,
    scoring_func: 'sigmoid',
    topk_method: 'noaux_tc',
    rope_scaling: {
      type: 'yarn',
      factor: 4,
      original_max_position_embeddings: 64,
      beta_fast: 32,
      beta_slow: 1,
      mscale: 1,
      mscale_all_dim: 1,
    },
  },
  qwen2: { ...shared, model_type: 'qwen2', num_key_value_heads: 2, tie_word_embeddings: true },
  qwen3: { ...shared, model_type: 'qwen3', num_key_value_heads: 2, head_dim: 64, attention_bias: false },
  llama: {
    ...shared,
    model_type: 'llama',
    num_key_value_heads: 2,
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    },
  },
};
const MIXES: readonly MixName[] = ['f16', 'bf16', 'q8_0', 'q4_0', 'q4_1', 'q5_0', 'q5_1', 'q4_k_m', 'q5_k_m', 'q6_k'];
const IDS = Array.from({ length: 40 }, (_, at) => 16 + ((at * 97) % (VOCABULARY - 16)));

/** Largest difference between logits of f32 weights, as a share of the largest logit. */
const TOLERANCE = 1e-4;
/** Mean KL divergence between two readers of the same blocks; llama.cpp multiplies with 8-bit activations, as we do. */
const DIVERGENCE = 2e-2;

const directory = await mkdtemp(path.join(tmpdir(), 'jingqi-conversions-'));
let failed = 0;
try {
  const only = flags.only?.split(',') ?? Object.keys(CONFIGS);
  for (const [name, config] of Object.entries(CONFIGS)) if (only.includes(name)) await check(name, config);
} finally {
  await rm(directory, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;

async function check(name: string, config: Record<string, unknown>): Promise<void> {
  const place = path.join(directory, name);
  await writeRandom(place, config);
  const f32 = path.join(directory, `${name}.gguf`);
  await convertModel(place, f32, { type: 'f32' });
  const back = path.join(directory, `${name}-back`);
  await convertModel(f32, back, { type: 'f32' });
  const outputs = [place, back].flatMap((folder) => [folder, `${folder}.logits`]);
  const told = execFileSync(flags.python, [SCRIPT, JSON.stringify(IDS), ...outputs], { encoding: 'utf8' });
  const [first, second] = told
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { ids: number[] });
  report(
    `${name}: tokens of transformers, directory and the one that came back`,
    String(first!.ids) === String(second!.ids),
    '',
  );
  const reference = await readLogits(`${place}.logits`);
  compare(`${name}: transformers, the directory that came back`, reference, await readLogits(`${back}.logits`));
  compare(`${name}: ours, directory`, reference, await ours(place));
  compare(`${name}: ours, GGUF f32`, reference, await ours(f32));
  compare(`${name}: llama.cpp, GGUF f32`, reference, await LlamaLogits.of(f32, IDS));
  const mixes = config.n_routed_experts === undefined ? MIXES : [...MIXES, 'mxfp4_moe' as const];
  for (const type of mixes) {
    const file = path.join(directory, `${name}-${type}.gguf`);
    await convertModel(place, file, { type });
    const llama = await LlamaLogits.of(file, IDS);
    const mine = await ours(file);
    const between = divergence(llama, mine);
    const lost = `KL from f32: llama.cpp ${divergence(reference, llama).toExponential(1)}, ours ${divergence(reference, mine).toExponential(1)}`;
    report(`${name}: ${type}, llama.cpp and ours`, between < DIVERGENCE, `KL ${between.toExponential(1)}; ${lost}`);
    await rm(file);
  }
}

async function writeRandom(place: string, fields: Record<string, unknown>): Promise<void> {
  const config = { ...parseModelConfig(fields), bosTokenId: 0, eosTokenIds: [1] };
  const tensors = [...tensorSpecs(config)].filter(({ optional }) => !optional);
  await writeCheckpoint(place, {
    config,
    dtype: 'F32',
    tensors: tensors.map(({ name, shape, role }, number) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const [centre, spread] = /Norm$/.test(role.part)
        ? [1, 0.2]
        : role.part === 'embedding'
          ? [0, 1]
          : [0, shape.length === 1 ? 0.3 : 1.2 / Math.sqrt(shape[1]!)];
      const data = () => Float32Array.from({ length }, (_, at) => centre + spread * normalFromHash(number, at));
      return { name, shape, data };
    }),
    extraFiles: Object.fromEntries(
      await Promise.all(
        ['tokenizer.json', 'tokenizer_config.json'].map(
          async (file) => [file, await readFile(path.join(NANO, file))] as const,
        ),
      ),
    ),
  });
}

async function readLogits(file: string): Promise<Float32Array[]> {
  const bytes = await readFile(file);
  const all = new Float32Array(new Uint8Array(bytes).buffer);
  return IDS.map((_, at) => all.subarray(at * VOCABULARY, (at + 1) * VOCABULARY));
}

async function ours(place: string): Promise<Float32Array[]> {
  const model = await openModel(place, { workers: 1 });
  try {
    return Array.from(prefixLogits(model.engine, IDS), (row) => row.slice());
  } finally {
    await model.close();
  }
}

function compare(what: string, reference: readonly Float32Array[], other: readonly Float32Array[]): void {
  let [largest, size] = [0, 0];
  for (const [at, row] of reference.entries()) {
    for (const [id, value] of row.entries()) {
      largest = Math.max(largest, Math.abs(value - other[at]![id]!));
      size = Math.max(size, Math.abs(value));
    }
  }
  const figures = `largest difference ${largest.toExponential(1)}, of logits up to ${size.toFixed(1)}`;
  report(what, largest < TOLERANCE * size, figures);
}

/** Mean KL divergence in nats per position. */
function divergence(reference: readonly Float32Array[], other: readonly Float32Array[]): number {
  let sum = 0;
  for (const [at, row] of reference.entries()) {
    const [p, q] = [logProbabilities(row), logProbabilities(other[at]!)];
    for (const [id, value] of p.entries()) sum += Math.exp(value) * (value - q[id]!);
  }
  return sum / reference.length;
}

function logProbabilities(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, value) => total + Math.exp(value - largest), 0);
  return Float64Array.from(logits, (value) => value - largest - Math.log(sum));
}

function report(what: string, good: boolean, figures: string): void {
  if (!good) failed += 1;
  process.stdout.write(`${good ? 'ok  ' : 'FAIL'} ${what}${figures === '' ? '' : `: ${figures}`}\n`);
}
