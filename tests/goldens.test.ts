import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../src/inference/index.ts';
import { platform } from '../src/platform/index.ts';
import { judgeNative } from '../src/tensor/native-target.ts';
import {
  type CachedRun,
  type Chosen,
  type Golden,
  largestDifference,
  type Matrix,
  openSubject,
  readGolden,
  runCached,
  runDocuments,
  type Subject,
} from './golden-runner.ts';

/** Demanded of every logit. */
const LOGITS = 1e-4;
/** Demanded of latents and rotary keys in the cache. */
const CACHES = 1e-5;
/** Attention outputs reach 5.5; differences of up to 8e-6 have been seen. */
const ATTENTION = 2e-5;
/** Block outputs, sums over the layers, reach 13; differences of up to 3.1e-5 have been seen. */
const BLOCKS = 6e-5;
/** Expert weights lie between 0 and routed_scaling_factor. */
const WEIGHTS = 1e-5;

const sharedGoldens = fileURLToPath(new URL('../../shared/data/goldens/', import.meta.url));
const ownGoldens = fileURLToPath(new URL('goldens/', import.meta.url));

const targets = [
  ['wasm', 1],
  ['wasm', 2],
  ['wasm-plain', 1],
  ['wasm-plain', 2],
] as const;

/** The interpreter, and machine code where this machine can run it. */
const otherTargets = [
  'interpreter' as const,
  ...(['avx2', 'avx512'] as const).filter((wish) => 'host' in judgeNative(platform(), wish)),
];

interface RoutedLayer {
  readonly gate_indices?: Matrix;
  readonly gate_weights?: Matrix;
}

interface DeepSeekGolden extends Golden {
  readonly greedy_next_16: number[];
  readonly layers: (RoutedLayer & Record<'attn_out' | 'block_out' | 'kv_cache' | 'pe_cache', Matrix>)[];
}

interface Routing {
  readonly experts: Matrix;
  readonly weights: Matrix;
}

interface TransformersGolden extends Golden {
  readonly greedy_next_8: number[];
  readonly routing: Record<string, Routing>;
  readonly mtp?: { readonly after_final_norm: { readonly logits: Matrix; readonly routing: Record<string, Routing> } };
}

function byExpert(experts: Matrix, weights: Matrix): Chosen[] {
  return experts.map((row, at) => new Map(row.map((expert, choice) => [expert, weights[at]![choice]!])));
}

function expectSameExperts(ours: readonly Chosen[], theirs: readonly Chosen[]): void {
  const sorted = (chosen: Chosen) => [...chosen].sort(([a], [b]) => a - b);
  const experts = (chosen: Chosen) => sorted(chosen).map(([expert]) => expert);
  const weights = (chosen: Chosen) => sorted(chosen).map(([, weight]) => weight);
  expect(ours.map(experts)).toEqual(theirs.map(experts));
  expect(largestDifference(ours.map(weights), theirs.map(weights))).toBeLessThanOrEqual(WEIGHTS);
}

/** Generates after the golden's tokens and after them with the first tokens of the continuation, all in one batch. */
async function expectContinuations({ runtime, config, parameters }: Subject, tokens: number[], continuation: number[]) {
  for (const attention of ['absorbed', 'naive'] as const) {
    const options = { contextLength: 32, maximumSequences: 3, pageSize: 4, rowLimit: 16 };
    const engine = Engine.create({ runtime, config, parameters, attention, ...options });
    const requests = [0, 3, 0, 5, 1].map((given) => ({
      prompt: [...tokens, ...continuation.slice(0, given)],
      maximumTokens: continuation.length - given,
      endTokens: [],
    }));
    const results = await engine.generateAll(requests);
    await engine.close();
    for (const [at, { tokens: generated }] of results.entries()) {
      expect([...generated]).toEqual(continuation.slice(requests[at]!.prompt.length - tokens.length));
    }
  }
}

/** Opens the model once for the tests of a block. */
function subjectFor(directory: string, options: Parameters<typeof openSubject>[1]): () => Subject {
  let subject: Subject | undefined;
  beforeAll(async () => {
    subject = await openSubject(directory, options);
  });
  afterAll(() => subject?.runtime.close());
  return () => subject!;
}

const present = existsSync(sharedGoldens);
describe.skipIf(!present)("DeepSeek's own inference code (needs ../shared/data/goldens)", () => {
  const names = present ? readdirSync(sharedGoldens) : ['absent'];

  function expectGolden(subject: Subject, golden: DeepSeekGolden, run: CachedRun): void {
    const { logits, layers, greedy } = runCached(subject, golden.tokens, 16, run);
    expect(largestDifference(logits, golden.logits_last_by_prefix)).toBeLessThanOrEqual(LOGITS);
    for (const [index, layer] of golden.layers.entries()) {
      const ours = layers[index]!;
      const caches = layer.kv_cache.map((latent, at) => [...latent, ...layer.pe_cache[at]!]);
      expect(largestDifference(ours.cached, caches)).toBeLessThanOrEqual(CACHES);
      expect(largestDifference(ours.attention, layer.attn_out)).toBeLessThanOrEqual(ATTENTION);
      expect(largestDifference(ours.block, layer.block_out)).toBeLessThanOrEqual(BLOCKS);
      const theirs = layer.gate_indices ? byExpert(layer.gate_indices, layer.gate_weights!) : [];
      expectSameExperts(ours.chosen, theirs);
    }
    expect(layers.some(({ chosen }) => chosen.length > 0)).toBe(true);
    expect(greedy).toEqual(golden.greedy_next_16);
  }

  describe.each(names)('%s', (name) => {
    const directory = `${sharedGoldens}${name}`;
    const golden = () => readGolden<DeepSeekGolden>(directory);
    const prompt = present ? golden().tokens.length : 1;

    describe.each(targets)('on %s with %i workers', (target, workers) => {
      const subject = subjectFor(directory, { target, workers });
      const runs = (form: CachedRun['form']): CachedRun[] => [
        { form, chunk: prompt, pageSize: 4, company: false },
        { form, chunk: prompt, pageSize: 16, company: true },
        { form, chunk: 5, pageSize: 4, company: true },
        ...(workers === 1 ? [{ form, chunk: 1, pageSize: 4, company: false }] : []),
        { form, chunk: 1, pageSize: 16, company: true },
      ];
      it.each([...runs('naive'), ...runs('absorbed')])(
        '$form, $chunk rows a step, pages of $pageSize, company $company',
        (run) => {
          expectGolden(subject(), golden(), run);
        },
      );

      it('the engine, several requests at once', async () => {
        const { tokens, greedy_next_16 } = golden();
        await expectContinuations(subject(), tokens, greedy_next_16);
      });

      it('packed documents, as for training', () => {
        const { tokens, logits_last_by_prefix } = golden();
        const [, ...copies] = runDocuments(subject(), [tokens.slice(3).reverse(), tokens, tokens]);
        for (const { logits, chosen } of copies) {
          expect(largestDifference(logits, logits_last_by_prefix)).toBeLessThanOrEqual(LOGITS);
          for (const [at, { gate_indices, gate_weights }] of golden().layers.entries()) {
            expectSameExperts(chosen[at]!, gate_indices ? byExpert(gate_indices, gate_weights!) : []);
          }
        }
      });
    });

    describe('on the interpreter', () => {
      const subject = subjectFor(directory, { target: 'interpreter', workers: 1 });
      it.each([
        { form: 'naive', chunk: prompt, pageSize: 16 },
        { form: 'naive', chunk: 1, pageSize: 4 },
        { form: 'absorbed', chunk: prompt, pageSize: 4 },
        { form: 'absorbed', chunk: 1, pageSize: 16 },
      ] as const)('$form, $chunk rows a step, pages of $pageSize', (run) => expectGolden(subject(), golden(), run));
    });
  });
});

describe('Hugging Face transformers', () => {
  const names = readdirSync(ownGoldens, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(`${ownGoldens}${entry.name}/golden.json`))
    .map(({ name }) => name);
  it('has a golden of every kind', () => expect(names.length).toBe(22));

  describe.each(names)('%s', (name) => {
    const directory = `${ownGoldens}${name}`;
    const golden = readGolden<TransformersGolden>(directory);
    const { tokens, greedy_next_8, logits_last_by_prefix } = golden;
    const theirs = (layer: number) => {
      const routing = golden.routing[layer];
      return routing === undefined ? [] : byExpert(routing.experts, routing.weights);
    };
    const subject = subjectFor(directory, { target: 'wasm', workers: 1 });

    it.each([
      { form: 'naive', chunk: tokens.length, pageSize: 16, company: true },
      { form: 'naive', chunk: 1, pageSize: 4 },
      { form: 'absorbed', chunk: tokens.length, pageSize: 4 },
      { form: 'absorbed', chunk: 1, pageSize: 16, company: true },
    ] as const)('$form, $chunk rows a step, pages of $pageSize', (run) => {
      const { logits, layers, greedy } = runCached(subject(), tokens, 8, run);
      expect(largestDifference(logits, logits_last_by_prefix)).toBeLessThanOrEqual(LOGITS);
      for (const [layer, { chosen }] of layers.entries()) expectSameExperts(chosen, theirs(layer));
      expect(greedy).toEqual(greedy_next_8);
    });

    it('the engine, several requests at once', () => expectContinuations(subject(), tokens, greedy_next_8));

    it('packed documents, as for training', () => {
      const { attention } = subject().config;
      if (attention.kind === 'latent' && attention.indexer !== null) {
        expect(() => runDocuments(subject(), [tokens])).toThrow(/need sparse attention .* inference only/);
        return;
      }
      const [, ...copies] = runDocuments(subject(), [tokens.slice(5).reverse(), tokens, tokens]);
      for (const { logits, chosen } of copies) {
        expect(largestDifference(logits, logits_last_by_prefix)).toBeLessThanOrEqual(LOGITS);
        for (const [layer, experts] of chosen.entries()) expectSameExperts(experts, theirs(layer));
      }
    });

    // DeepSeek's own models are compared on these targets above and with the kernels.
    describe.each(/^v[23]-/.test(name) ? [] : otherTargets)('on %s', (target) => {
      const other = subjectFor(directory, { target, workers: 1 });
      it.each([tokens.length, 1])('%i rows a step', (chunk) => {
        const { logits, greedy } = runCached(other(), tokens, 8, { form: 'absorbed', chunk, pageSize: 4 });
        expect(largestDifference(logits, logits_last_by_prefix)).toBeLessThanOrEqual(LOGITS);
        expect(greedy).toEqual(greedy_next_8);
      });
    });
  });

  describe('v3-mtp', () => {
    const directory = `${ownGoldens}v3-mtp`;
    describe.each(targets)('on %s with %i workers', (target, workers) => {
      const subject = subjectFor(directory, { target, workers });
      it('predicts the token after the next', () => {
        const { tokens, mtp } = readGolden<TransformersGolden>(directory);
        const { logits, routing } = mtp!.after_final_norm;
        const [, ...copies] = runDocuments(subject(), [tokens.slice(5).reverse(), tokens, tokens]);
        for (const { prediction } of copies) {
          expect(largestDifference(prediction!.logits, logits)).toBeLessThanOrEqual(LOGITS);
          expectSameExperts(prediction!.chosen, byExpert(routing[2]!.experts, routing[2]!.weights));
        }
      });
    });
  });
});
