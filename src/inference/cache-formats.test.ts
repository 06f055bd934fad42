import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheBytes, cacheWidth, type ModelConfig, type ModelParameters } from '../model/index.ts';
import { Random } from '../platform/random.ts';
import { CACHE_FORMATS, type CacheFormat, createRuntime, type Runtime } from '../tensor/index.ts';
import { answer } from './chat-session.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { randomConfig, randomParameters, randomPrompt } from './fixtures/random-model.ts';
import { openModel } from './open-model.ts';

/** Without experts: that another one is chosen is no small change. */
const latent: ModelConfig = { ...randomConfig, firstDenseLayers: randomConfig.layers };
const groupedQuery: ModelConfig = {
  ...latent,
  modelType: 'qwen3',
  heads: 4,
  attention: {
    kind: 'grouped-query',
    keyValueHeads: 2,
    headDim: 12,
    queryKeyNorm: true,
    inputBias: false,
    outputBias: false,
  },
};
/** So many heads that latents are worked on by all of them at once. */
const manyHeads: ModelConfig = { ...latent, heads: 20 };

let runtime: Runtime;
const parameters = new Map<ModelConfig, ModelParameters>();
beforeAll(async () => {
  runtime = await createRuntime({ workers: 1, memoryBytes: 64 << 20 });
  for (const config of [latent, groupedQuery, manyHeads]) parameters.set(config, randomParameters(runtime, config, 3));
});
afterAll(() => runtime.close());

async function withEngine<T>(
  config: ModelConfig,
  options: Partial<EngineOptions>,
  body: (engine: Engine) => Promise<T>,
) {
  const engine = Engine.create({
    ...{ runtime, config, parameters: parameters.get(config)!, contextLength: 96, maximumSequences: 4 },
    ...options,
  });
  try {
    return await body(engine);
  } finally {
    await engine.close();
  }
}

/** Log-probabilities of the whole vocabulary for the tokens that follow some prompts. */
async function distributions(config: ModelConfig, cacheFormat: CacheFormat): Promise<number[]> {
  const random = new Random('formats');
  const requests = Array.from({ length: 8 }, (_, i) => ({
    prompt: randomPrompt(random, 5 + 9 * i),
    maximumTokens: 1,
    endTokens: [],
    logProbabilities: config.vocabularySize,
  }));
  return withEngine(config, { cacheFormat }, async (engine) => {
    const results = await engine.generateAll(requests);
    return results.flatMap(({ logProbabilities }) =>
      [...logProbabilities![0]!.top].sort((a, b) => a.token - b.token).map(({ logProbability }) => logProbability),
    );
  });
}

const largest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe.each([
  ['latents', latent],
  ['latents of many heads', manyHeads],
  ['keys and values', groupedQuery],
])('a cache of %s', (_name, config) => {
  it('changes the distribution no more than the rounding of its numbers does', async () => {
    const exact = await distributions(config, 'f32');
    const error = async (format: CacheFormat) => {
      const other = await distributions(config, format);
      return largest(other.map((value, i) => value - exact[i]!));
    };
    const [f16, bf16, q8] = [await error('f16'), await error('bf16'), await error('q8')];
    // To first order the change is the roundings' times the model's derivatives. A number is rounded by at most 2⁻⁹ of
    // itself in bf16, by 2⁻¹² in f16, and in q8 by 1/254 of the largest of its block: 1.01 times the 2⁻⁸ that bf16's
    // error is between for numbers of that size. The largest change of 400 differs between two sets of roundings of
    // one size by less than a factor of 3.
    expect(bf16).toBeGreaterThan(1e-4);
    expect(bf16).toBeLessThan(0.3);
    expect(f16).toBeGreaterThan(0);
    expect(f16).toBeLessThan((3 * bf16) / 8);
    expect(q8).toBeGreaterThan(1e-4);
    expect(q8).toBeLessThan(3 * 2 * 1.01 * bf16);
  });

  it.each(CACHE_FORMATS)('in %s takes the memory that it says', async (cacheFormat) => {
    await withEngine(config, { cacheFormat, cacheTokens: 64 }, async ({ cache }) => {
      expect(cache.bytes).toBe(64 * cacheBytes(config, cacheFormat));
      const perNumber = { f32: 4, f16: 2, bf16: 2, q8: 1 }[cacheFormat];
      const numbers = config.layers * cacheWidth(config);
      expect(cacheBytes(config, cacheFormat)).toBeGreaterThanOrEqual(perNumber * numbers);
      // Beside a number's byte q8 keeps two for each block of up to 32, here at least one in four.
      expect(cacheBytes(config, cacheFormat)).toBeLessThanOrEqual((cacheFormat === 'q8' ? 1.5 : perNumber) * numbers);
    });
  });

  it.each(CACHE_FORMATS)(
    'in %s gives the same tokens from shared pages and after sequences had to leave',
    async (cacheFormat) => {
      const random = new Random('shared');
      const prefix = randomPrompt(random, 24);
      const requests = Array.from({ length: 6 }, (_, i) => ({
        prompt: Int32Array.from([...prefix, ...randomPrompt(random, 3 + i)]),
        maximumTokens: 20,
        endTokens: [],
      }));
      const alone: number[][] = [];
      for (const request of requests) {
        // An engine of its own, so that nothing is shared.
        alone.push(
          await withEngine(config, { cacheFormat, maximumSequences: 1 }, async (engine) => [
            ...(await engine.generate(request).result).tokens,
          ]),
        );
      }
      const options = { cacheFormat, maximumSequences: 5, cacheTokens: 120, pageSize: 4 };
      const [together, statistics] = await withEngine(config, options, async (engine) => [
        (await engine.generateAll(requests)).map(({ tokens }) => [...tokens]),
        engine.statistics,
      ]);
      expect(together).toEqual(alone);
      expect(statistics.preemptions).toBeGreaterThan(0);
    },
  );
});

describe('cache formats', () => {
  it('that do not exist are refused by name', () => {
    const options = { runtime, config: latent, parameters: parameters.get(latent)! };
    expect(() => Engine.create({ ...options, cacheFormat: 'q4' as CacheFormat })).toThrow(/no cache format 'q4'.*q8/);
  });

  it('other than f32 are refused for the naive form of latent attention', async () => {
    await withEngine(latent, { cacheFormat: 'bf16', attention: 'naive' }, async (engine) => {
      const { result } = engine.generate({ prompt: [1, 2, 3], maximumTokens: 1 });
      await expect(result).rejects.toThrow(/naive form.*bf16.*absorbed/);
    });
  });
});

describe('the embedded model', () => {
  const directory = fileURLToPath(new URL('../../models/nano', import.meta.url));
  const questions = [
    'What is 347 + 585?',
    'What is 1,204 - 377?',
    'How many times does the letter r occur in strawberry?',
    '一个农场有 48 只鸡和 27 只鸭，一共有多少只？',
  ];
  const answers = async (cache: CacheFormat) => {
    const model = await openModel(directory, { cache });
    try {
      const texts: string[] = [];
      for (const question of questions) {
        let text = '';
        for await (const event of answer(model.engine, model.tokenizer, question, { maximumTokens: 200 })) {
          if (event.kind !== 'end') text += event.text;
        }
        texts.push(text);
      }
      return texts;
    } finally {
      await model.close();
    }
  };

  it('answers alike with a cache of 16 bits', async () => {
    const expected = await answers('f32');
    expect(expected.join('').length).toBeGreaterThan(100);
    for (const format of ['f16', 'bf16'] as const) expect(await answers(format)).toEqual(expected);
  });
});
