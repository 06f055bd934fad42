import { expect, it } from 'vitest';
import { allocateParameters, isExperts, parseModelConfig } from '../model/index.ts';
import { createRuntime } from '../tensor/index.ts';
import { nanoTokenizerConfig, Tokenizer, trainTokenizer } from '../text/index.ts';
import { taskBatch } from './batches.ts';
import { measureExpertLoad } from './expert-load.ts';
import { initialiseParameters } from './initialise.ts';
import { recipes } from './recipes.ts';

it('counts every expert that tokens of problems chose, in layers and prediction modules, and no padding', async () => {
  const json = trainTokenizer(['What is 12 + 34?', '等于多少'], { vocabularySize: 300 });
  const tokenizer = Tokenizer.fromJson(json, nanoTokenizerConfig());
  const config = parseModelConfig({ ...recipes.tiny!.config, vocab_size: tokenizer.vocabularySize });
  const runtime = await createRuntime({ memoryBytes: 2 ** 26, workers: 1 });
  try {
    const parameters = allocateParameters(runtime, config);
    initialiseParameters(runtime, parameters, 1);
    // Biases that let all tokens of the first layer with experts choose the experts 1 and 3.
    const { feedForward } = parameters.layers[1]!;
    if (isExperts(feedForward)) runtime.write(feedForward.routerBias!, [0, 9, 0, 9]);
    const options = { rows: 600, longest: 300, split: 'test', wordings: 'held-out', seed: 3, batches: 2 } as const;
    const { tokens, layers } = measureExpertLoad(runtime, config, parameters, tokenizer, options);
    const filled = [0, 1].map((step) => taskBatch(tokenizer, 3, step, options).filledRows);
    expect(tokens).toBe(filled[0]! + filled[1]!);
    expect(layers.map(({ layer }) => layer)).toEqual([1, 2]);
    expect(layers[0]).toEqual({ layer: 1, slots: [0, tokens, 0, tokens], maxOverMean: 2, minOverMean: 0 });
    const [, module] = layers;
    expect(module!.slots.reduce((sum, count) => sum + count, 0)).toBe(2 * tokens);
    expect(module!.maxOverMean).toBeCloseTo((4 * Math.max(...module!.slots)) / (2 * tokens), 12);
  } finally {
    await runtime.close();
  }
});
