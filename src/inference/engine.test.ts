import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allocateRotaryTable, decodeDocuments, type ModelParameters, vocabularyLogits } from '../model/index.ts';
import { Random } from '../platform/random.ts';
import { createRuntime, type Runtime, record } from '../tensor/index.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { randomConfig, randomParameters, randomPrompt } from './fixtures/random-model.ts';
import type { GenerationRequest } from './generation-request.ts';

const config = randomConfig;
let runtime: Runtime;
let parameters: ModelParameters;

beforeAll(async () => {
  runtime = await createRuntime({ workers: 1, memoryBytes: 32 << 20 });
  parameters = randomParameters(runtime, config, 1);
});
afterAll(() => runtime.close());

/** Runs `body` with an engine of its own and checks that nothing is left behind. */
async function withEngine<T>(options: Partial<EngineOptions>, body: (engine: Engine) => Promise<T>): Promise<T> {
  const before = runtime.memory.usedBytes;
  const engine = Engine.create({ runtime, config, parameters, contextLength: 96, ...options });
  try {
    const result = await body(engine);
    expect(engine.cache.pages.free).toBe(engine.cache.pages.count);
    return result;
  } finally {
    await engine.close();
    expect(runtime.memory.usedBytes).toBe(before);
  }
}

const random = new Random('prompts');
const requests: GenerationRequest[] = Array.from({ length: 12 }, (_, i) => ({
  prompt: randomPrompt(random, 1 + ((i * 17) % 45)),
  maximumTokens: 5 + ((i * 7) % 20),
  endTokens: [],
}));

/** Greedy continuation by running the whole text through the training form for every token. */
function reference(request: GenerationRequest): number[] {
  const tokens = [...Array.from(request.prompt)];
  const length = tokens.length + request.maximumTokens!;
  const allocate = () => runtime.allocate('input', [length], 'i32');
  const [ids, positions, start, end] = [allocate(), allocate(), allocate(), allocate()];
  const table = allocateRotaryTable(runtime, config, length);
  runtime.write(
    positions,
    Array.from({ length }, (_, i) => i),
  );
  runtime.write(end, new Int32Array(length).fill(length));
  const program = record(runtime, () => {
    const documents = { start, end, longest: length };
    const { hidden } = decodeDocuments(
      { ids, rotary: { positions, table }, rows: length, documents },
      parameters,
      config,
    );
    return vocabularyLogits(hidden, parameters);
  });
  while (tokens.length < length) {
    runtime.write(ids, [...tokens, ...new Array(length - tokens.length).fill(0)]);
    program.replay();
    const logits = runtime.read(program.outputs);
    const row = logits.subarray((tokens.length - 1) * config.vocabularySize, tokens.length * config.vocabularySize);
    tokens.push(row.indexOf(Math.max(...row)));
  }
  program.release();
  for (const tensor of [ids, positions, start, end, table.cosines, table.sines]) runtime.release(tensor);
  return tokens.slice(request.prompt.length);
}

const single = (options: Partial<EngineOptions> = {}) =>
  withEngine({ maximumSequences: 1, ...options }, async (engine) => {
    const results: number[][] = [];
    for (const request of requests) results.push([...(await engine.generate(request).result).tokens]);
    return results;
  });

const batched = (options: Partial<EngineOptions>) =>
  withEngine(options, async (engine) => ({
    tokens: (await engine.generateAll(requests)).map(({ tokens }) => [...tokens]),
    statistics: engine.statistics,
  }));

describe('greedy generation', () => {
  let expected: number[][];
  beforeAll(async () => {
    expected = requests.map(reference);
  });

  it('continues as the training form does', async () => {
    expect(await single()).toEqual(expected);
  });

  it('gives varied tokens, so that the comparisons mean something', () => {
    expect(new Set(expected.flat()).size).toBeGreaterThan(15);
  });

  it('does so in the naive form of the attention', async () => {
    expect(await single({ attention: 'naive' })).toEqual(expected);
  });

  it.each([2, 5, 8, 12, 40])('gives the same tokens for batches of up to %d sequences', async (maximumSequences) => {
    expect((await batched({ maximumSequences })).tokens).toEqual(expected);
  });

  it.each([1, 3, 7, 19, 64])('gives the same tokens for prompts in chunks of %d rows', async (rowLimit) => {
    expect((await batched({ maximumSequences: 1, rowLimit })).tokens).toEqual(expected);
  });

  it('gives the same tokens when sequences have to leave for lack of pages and come back', async () => {
    const { tokens, statistics } = await batched({ maximumSequences: 6, cacheTokens: 96, pageSize: 4 });
    expect(tokens).toEqual(expected);
    expect(statistics.preemptions).toBeGreaterThan(2);
  });

  it('gives the same tokens with pages of another size and several workers', async () => {
    const many = await createRuntime({ workers: 2, memoryBytes: 32 << 20 });
    const engine = Engine.create({
      runtime: many,
      config,
      parameters: randomParameters(many, config, 1),
      pageSize: 32,
      contextLength: 96,
    });
    const results = await engine.generateAll(requests);
    expect(results.map(({ tokens }) => [...tokens])).toEqual(expected);
    await many.close();
  });

  it('uses pages of an earlier request again with the same outcome', async () => {
    await withEngine({ maximumSequences: 2 }, async (engine) => {
      const request = { ...requests[8]!, maximumTokens: 20 };
      const first = await engine.generate(request).result;
      expect(first.usage.cachedTokens).toBe(0);
      const longer = [...Array.from(request.prompt), ...first.tokens, 7, 9, 11];
      const steps = engine.statistics.rows;
      const second = await engine.generate({ ...request, prompt: longer }).result;
      expect(second.usage.cachedTokens).toBe(Math.floor((request.prompt.length + 19) / 16) * 16);
      expect(engine.statistics.rows - steps).toBe(longer.length - second.usage.cachedTokens + 19);
      engine.forgetPrefixes();
      const third = await engine.generate({ ...request, prompt: longer }).result;
      expect(third.usage.cachedTokens).toBe(0);
      expect([...third.tokens]).toEqual([...second.tokens]);
    });
  });

  it('computes the last token even if the whole prompt is in the cache', async () => {
    await withEngine({}, async (engine) => {
      const request = { prompt: randomPrompt(new Random(5), 32), maximumTokens: 4 };
      const first = await engine.generate(request).result;
      const second = await engine.generate(request).result;
      expect(second.usage.cachedTokens).toBe(16);
      expect([...second.tokens]).toEqual([...first.tokens]);
    });
  });
});

describe('the end of an answer', () => {
  it('stops at an end token, which is not part of it', async () => {
    await withEngine({}, async (engine) => {
      const free = await engine.generate({ ...requests[3]!, maximumTokens: 20 }).result;
      expect(free.finish).toBe('length');
      const end = free.tokens[9]!;
      const at = free.tokens.indexOf(end);
      const stopped = await engine.generate({ ...requests[3]!, maximumTokens: 20, endTokens: [end] }).result;
      expect(stopped.finish).toBe('stop');
      expect([...stopped.tokens]).toEqual([...free.tokens.subarray(0, at)]);
    });
  });

  it('stops at the end of the context', async () => {
    await withEngine({}, async (engine) => {
      const { tokens, finish } = await engine.generate({ prompt: randomPrompt(random, 90), endTokens: [] }).result;
      expect([tokens.length, finish]).toEqual([6, 'length']);
    });
  });

  it('keeps log-probabilities, ends where a request says, and forbids tokens', async () => {
    await withEngine({ maximumSequences: 2 }, async (engine) => {
      const [plain, bounded] = await engine.generateAll([
        { ...requests[0]!, maximumTokens: 6, logProbabilities: 3 },
        {
          ...requests[0]!,
          maximumTokens: 6,
          until: (() => {
            let count = 0;
            return () => ++count === 4;
          })(),
        },
      ]);
      expect(plain!.logProbabilities).toHaveLength(6);
      for (const [index, { token, logProbability, top }] of plain!.logProbabilities!.entries()) {
        expect(token).toBe(plain!.tokens[index]);
        // The best token was taken.
        expect(top[0]).toEqual({ token, logProbability });
        expect(top).toHaveLength(3);
        expect(top.reduce((sum, entry) => sum + Math.exp(entry.logProbability), 0)).toBeLessThanOrEqual(1);
      }
      expect([...bounded!.tokens]).toEqual([...plain!.tokens.subarray(0, 4)]);
      expect([bounded!.finish, bounded!.logProbabilities]).toEqual(['stop', undefined]);
      const first = plain!.tokens[0]!;
      const other = await engine.generate({
        ...requests[0]!,
        maximumTokens: 1,
        logitBias: { [first]: Number.NEGATIVE_INFINITY },
      }).result;
      expect(other.tokens[0]).toBe(plain!.logProbabilities![0]!.top[1]!.token);
      const failing = engine.generate({
        ...requests[1]!,
        until: () => {
          throw new Error('no more');
        },
      }).result;
      await expect(failing).rejects.toThrow('no more');
      expect(() => engine.check({ ...requests[0]!, logitBias: { 1000000: 1 } })).toThrow(/token 1000000, outside/);
      expect(() => engine.check({ ...requests[0]!, logProbabilities: -1 })).toThrow(/logProbabilities/);
    });
  });

  it('stops when aborted, keeping what has come, while others go on', async () => {
    await withEngine({}, async (engine) => {
      const alone = await engine.generate(requests[4]!).result;
      const controller = new AbortController();
      const generation = engine.generate({ ...requests[3]!, maximumTokens: 60, signal: controller.signal });
      const other = engine.generate(requests[4]!);
      let count = 0;
      for await (const _ of generation) if (++count === 1) controller.abort();
      const { finish, tokens } = await generation.result;
      expect(finish).toBe('abort');
      expect(tokens.length).toBe(count);
      expect([...(await other.result).tokens]).toEqual([...alone.tokens]);
    });
  });

  it('stops when its reader leaves', async () => {
    await withEngine({}, async (engine) => {
      const generation = engine.generate({ ...requests[3]!, maximumTokens: 60 });
      for await (const token of generation) {
        expect(token).toBeGreaterThanOrEqual(0);
        break;
      }
      expect((await generation.result).finish).toBe('abort');
    });
  });

  it('streams the tokens that the result has', async () => {
    await withEngine({}, async (engine) => {
      const generation = engine.generate(requests[5]!);
      const streamed: number[] = [];
      for await (const token of generation) streamed.push(token);
      expect(streamed).toEqual([...(await generation.result).tokens]);
      expect((await generation.result).usage.generatedTokens).toBe(streamed.length);
    });
  });
});

describe('refusals', () => {
  it.each<[string, Partial<GenerationRequest>, RegExp]>([
    ['an empty prompt', { prompt: [] }, /prompt has no tokens/],
    ['a prompt past the context', { prompt: new Array(96).fill(3) }, /96 tokens.*context of 96/],
    ['a token outside the vocabulary', { prompt: [3, 50] }, /token 1 of the prompt is 50.*0 to 49/],
    ['no tokens to generate', { maximumTokens: 0 }, /maximumTokens must be at least 1/],
    ['a negative temperature', { temperature: -1 }, /temperature must be 0 or above, got -1/],
    ['more than the cache can ever hold', { maximumTokens: 60 }, /61 tokens needs 4 pages.*has 3 pages of 16/],
  ])('names %s', async (_, wrong, message) => {
    await withEngine({ cacheTokens: 48 }, async (engine) => {
      expect(() => engine.generate({ prompt: [3], maximumTokens: 4, ...wrong })).toThrow(message);
    });
  });

  it('names an option that there is not', async () => {
    const wrong = { prompt: [3], maxTokens: 4 } as GenerationRequest;
    await withEngine({}, async (engine) => {
      expect(() => engine.generate(wrong)).toThrow(/no option 'maxTokens'; there are prompt, maximumTokens, /);
      expect(() => engine.check(wrong)).toThrow(TypeError);
    });
  });

  it('starts none of a batch with an impossible request', async () => {
    await withEngine({}, async (engine) => {
      await expect(engine.generateAll([requests[0]!, { prompt: [] }])).rejects.toThrow('no tokens');
      expect(engine.statistics.steps).toBe(0);
    });
  });

  it('names a context longer than the model has positions', () => {
    expect(() => Engine.create({ runtime, config, parameters, contextLength: 257 })).toThrow(/257.*256 positions/);
  });
});

it('draws the same tokens for a seed in any company', async () => {
  const seeded = requests.map((request, i) => ({ ...request, temperature: 1.2, topP: 0.95, seed: i }));
  const run = (maximumSequences: number) =>
    withEngine({ maximumSequences }, async (engine) =>
      (await engine.generateAll(seeded)).map(({ tokens }) => [...tokens]),
    );
  const [one, many] = [await run(1), await run(8)];
  expect(many).toEqual(one);
  expect(one).not.toEqual((await batched({})).tokens);
});

it('never chooses ids past the tokenizer', async () => {
  await withEngine({ usedVocabulary: 10 }, async (engine) => {
    const results = await engine.generateAll(requests.map((request) => ({ ...request, temperature: 2, seed: 1 })));
    expect(Math.max(...results.flatMap(({ tokens }) => [...tokens]))).toBeLessThan(10);
  });
});
