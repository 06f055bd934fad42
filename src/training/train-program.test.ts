import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allocateParameters, isExperts, type ModelParameters, parseModelConfig } from '../model/index.ts';
import { Random } from '../platform/random.ts';
import { createRuntime, type Runtime } from '../tensor/index.ts';
import { type Batch, packBatch } from './batches.ts';
import { initialiseParameters } from './initialise.ts';
import { writeHyperparameters } from './optimizers.ts';
import { recipes } from './recipes.ts';
import { recordTraining, type TrainProgram, type TrainProgramOptions, writeBatch } from './train-program.ts';

const ROWS = 96;
const LONGEST = 20;
const VOCABULARY = 40;
const { config: CONFIG, optimizer } = recipes.tiny!;
const OPTIONS: TrainProgramOptions = {
  rows: ROWS,
  longestDocument: LONGEST,
  optimizer,
  predictionWeight: 0.3,
  biasSpeed: 0.01,
  balanceAlpha: 1e-3,
};

/** Documents that count upward: each token follows from the one before. */
function countingBatch(seed: number): Batch {
  const random = new Random(seed);
  return packBatch(ROWS, LONGEST, 2, () => {
    const first = random.integer(3, VOCABULARY - 1);
    const length = random.integer(4, LONGEST);
    const ids = Array.from({ length }, (_, i) => 3 + ((first + i) % (VOCABULARY - 3)));
    return { ids, lossMask: ids.map((_, i) => (i === 0 ? 0 : 1)) };
  });
}

interface Model {
  readonly runtime: Runtime;
  readonly parameters: ModelParameters;
  readonly train: TrainProgram;
  /** Replays one step and yields the two losses. */
  step(batch: Batch, predictionWeight: number, rate: number): { loss: number; predictionLoss: number };
}

const runtimes: Runtime[] = [];
afterAll(async () => {
  for (const runtime of runtimes) await runtime.close();
});

async function start(
  options: Partial<TrainProgramOptions> = {},
  config: object = {},
  base: object = CONFIG,
): Promise<Model> {
  const runtime = await createRuntime({ memoryBytes: 2 ** 26, workers: 1 });
  runtimes.push(runtime);
  const parsed = parseModelConfig({ ...base, vocab_size: VOCABULARY, ...config });
  const parameters = allocateParameters(runtime, parsed);
  initialiseParameters(runtime, parameters, 5, 0.05);
  const train = recordTraining(runtime, parsed, parameters, { ...OPTIONS, ...options });
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
  let steps = 0;
  return {
    runtime,
    parameters,
    train,
    step(batch, predictionWeight, rate) {
      writeBatch(runtime, train.inputs, batch, predictionWeight);
      steps += 1;
      writeHyperparameters(runtime, train.groups, optimizer, { muon: rate, adamw: rate }, steps);
      train.program.replay();
      const { losses, predictionLosses } = train.program.outputs;
      return {
        loss: sum(runtime.read(losses)),
        predictionLoss: predictionLosses.reduce((total, part) => total + sum(runtime.read(part)), 0),
      };
    },
  };
}

/** Gradients by name, without those of prediction modules unless asked for. */
function gradientsOf({ runtime, train }: Model, which: (name: string) => boolean): Map<string, number[]> {
  const members = train.groups.flatMap(({ parameters }) => parameters);
  return new Map(
    members
      .filter(({ parameter }) => which(parameter.name))
      .map(({ parameter, gradient }) => [parameter.name, [...runtime.read(gradient)]]),
  );
}

const ofPrediction = (name: string) => name.startsWith('predictions.') || name.startsWith('layers.2.');
const ofMain = (name: string) => !ofPrediction(name);

function largestDifference(a: Map<string, number[]>, b: Map<string, number[]>): number {
  expect([...a.keys()]).toEqual([...b.keys()]);
  return Math.max(...[...a].flatMap(([name, values]) => values.map((value, i) => Math.abs(value - b.get(name)![i]!))));
}

describe('a recorded training step', () => {
  let model: Model;
  beforeAll(async () => {
    model = await start();
  });

  it('starts at the loss of a guess and learns to count, one token and two tokens ahead', () => {
    const first = model.step(countingBatch(0), 0.3, 0.01);
    expect(Math.abs(first.loss - Math.log(VOCABULARY))).toBeLessThan(0.3);
    expect(Math.abs(first.predictionLoss / 0.3 - Math.log(VOCABULARY))).toBeLessThan(0.3);
    let last = first;
    for (let step = 1; step < 80; step++) last = model.step(countingBatch(step), 0.3, 0.01);
    expect(last.loss).toBeLessThan(first.loss / 4);
    expect(last.predictionLoss).toBeLessThan(first.predictionLoss / 4);
  });

  it('learns to count in bf16 too, and computes something else than in f32', async () => {
    const [full, rounded] = [await start({ products: 'f32' }), await start({ products: 'bf16' })];
    const expected = full.step(countingBatch(0), 0.3, 0.01);
    const losses = Array.from({ length: 80 }, (_, step) => rounded.step(countingBatch(step), 0.3, 0.01));
    expect(losses.at(-1)!.loss).toBeLessThan(losses[0]!.loss / 4);
    expect(losses.at(-1)!.predictionLoss).toBeLessThan(losses[0]!.predictionLoss / 4);
    // Logits of the first step: operands are off by 2⁻⁹ at most, the loss far less.
    expect(Math.abs(losses[0]!.loss - expected.loss)).toBeLessThan(2 ** -9 * expected.loss);
    expect(losses[0]!.loss).not.toBe(expected.loss);
  });

  it('names a precision that it does not know', async () => {
    await expect(start({ products: 'fp8' as 'bf16' })).rejects.toThrow(/products.*"fp8"/);
  });

  it('has a gradient for every parameter it trains', () => {
    model.step(countingBatch(0), 0.3, 0);
    for (const [name, values] of gradientsOf(model, () => true)) {
      expect(values.every(Number.isFinite), name).toBe(true);
      expect(
        values.some((value) => value !== 0),
        name,
      ).toBe(true);
    }
  });

  it('leaves the gradients of the main model alone where the prediction weighs nothing', async () => {
    // The balance loss, which the prediction weight does not scale, would reach the main model through the module.
    const quiet = { balanceAlpha: 0, biasSpeed: 0 };
    const without = await start(quiet, { num_nextn_predict_layers: 0 });
    const predicting = await start(quiet);
    const values = () => predicting.parameters.all.map(({ tensor }) => [...predicting.runtime.read(tensor)]);
    const before = values();
    for (const one of [without, predicting]) one.step(countingBatch(0), 0, 0);
    const expected = gradientsOf(without, ofMain);
    expect(largestDifference(gradientsOf(predicting, ofMain), expected)).toBe(0);
    expect([...gradientsOf(predicting, ofPrediction).values()].flat().every((value) => value === 0)).toBe(true);
    predicting.step(countingBatch(0), 0.3, 0);
    expect(largestDifference(gradientsOf(predicting, ofMain), expected)).toBeGreaterThan(1e-4);
    // At a rate of zero and a speed of zero nothing has moved.
    expect(values()).toEqual(before);
  });

  it('counts the slots of every layer and moves the router biases against the load', () => {
    const { num_experts_per_tok: chosen, n_routed_experts: experts } = CONFIG as Record<string, number>;
    const biases = new Map<number, number[]>();
    const biasOf = (layer: number) => {
      const { layers, predictions } = model.parameters;
      const { feedForward } = layers[layer] ?? predictions[0]!.layer;
      return isExperts(feedForward) ? [...model.runtime.read(feedForward.routerBias!)] : [];
    };
    for (const { layer } of model.train.loads) biases.set(layer, biasOf(layer));
    for (let step = 0; step < 3; step++) {
      model.step(countingBatch(step), 0.3, 0.01);
      expect(model.train.loads.map(({ layer }) => layer)).toEqual([1, 2]);
      for (const { layer, lastLoad } of model.train.loads) {
        const slots = [...model.runtime.read(lastLoad)];
        const mean = (ROWS * chosen!) / experts!;
        expect(slots.reduce((sum, count) => sum + count, 0)).toBe(ROWS * chosen!);
        const [bias, before] = [biasOf(layer), biases.get(layer)!];
        expect(bias.length).toBe(experts);
        bias.forEach((value, expert) => {
          expect(value - before[expert]!).toBeCloseTo(0.01 * Math.sign(mean - slots[expert]!), 6);
        });
        biases.set(layer, bias);
      }
    }
  });
});

describe('a recorded training step of other models', () => {
  it('learns with grouped queries, biases and norms per head', async () => {
    const model = await start(
      { predictionWeight: 0, balanceAlpha: 0, biasSpeed: 0 },
      {},
      {
        model_type: 'qwen3',
        hidden_size: 32,
        intermediate_size: 48,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        head_dim: 8,
        attention_bias: true,
        rms_norm_eps: 1e-6,
        max_position_embeddings: 64,
      },
    );
    const first = model.step(countingBatch(0), 0, 0.01);
    expect(Math.abs(first.loss - Math.log(VOCABULARY))).toBeLessThan(0.3);
    let last = first;
    for (let step = 1; step < 60; step++) last = model.step(countingBatch(step), 0, 0.01);
    expect(last.loss).toBeLessThan(first.loss / 4);
    const gradients = gradientsOf(model, (name) => name.includes('attention'));
    expect(gradients.size).toBe(2 * (4 + 4 + 2));
    for (const [name, values] of gradients) {
      expect(values.every(Number.isFinite) && values.some((value) => value !== 0), name).toBe(true);
    }
  });

  it('leaves the indexer of sparse attention as it is', async () => {
    const indexer = { index_n_heads: 2, index_head_dim: 16, index_topk: LONGEST };
    const model = await start({}, { model_type: 'deepseek_v32', ...indexer });
    const frozen = model.parameters.all.filter(({ kind }) => kind === 'indexer');
    expect(frozen.length).toBe(3 * 5);
    const values = () => frozen.map(({ tensor }) => [...model.runtime.read(tensor)]);
    const before = values();
    const first = model.step(countingBatch(0), 0.3, 0.01);
    for (let step = 1; step < 10; step++) model.step(countingBatch(step), 0.3, 0.01);
    expect(values()).toEqual(before);
    expect(model.step(countingBatch(0), 0.3, 0.01).loss).toBeLessThan(first.loss);
    await expect(start({}, { model_type: 'deepseek_v32', ...indexer, index_topk: LONGEST - 1 })).rejects.toThrow(
      /documents of up to 20 tokens need sparse attention/,
    );
  });
});
