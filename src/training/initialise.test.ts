import { describe, expect, it } from 'vitest';
import { allocateParameters, parseModelConfig } from '../model/index.ts';
import { createRuntime } from '../tensor/index.ts';
import { initialiseParameters } from './initialise.ts';
import { recipes } from './recipes.ts';

async function valuesOf(seed: number, layers = 2): Promise<Map<string, Float32Array>> {
  const runtime = await createRuntime({ target: 'interpreter', memoryBytes: 2 ** 24 });
  const { config } = recipes.tiny!;
  const parameters = allocateParameters(
    runtime,
    parseModelConfig({ ...config, vocab_size: 300, num_hidden_layers: layers }),
  );
  initialiseParameters(runtime, parameters, seed);
  const values = parameters.all.map(({ name, tensor }) => [name, runtime.read(tensor) as Float32Array] as const);
  await runtime.close();
  return new Map(values);
}

function deviation(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

describe('initialiseParameters', () => {
  it('draws matrices at the given deviation, those that write to the residual stream smaller, norms 1, biases 0', async () => {
    const values = await valuesOf(1);
    const near = (name: string, expected: number) => {
      const found = values.get(name)!;
      // Five deviations of the estimate from a normal sample of this size.
      expect(Math.abs(deviation(found) / expected - 1), name).toBeLessThan(5 / Math.sqrt(2 * found.length));
    };
    near('embedding', 0.02);
    near('head', 0.02);
    near('layers.0.dense.gateUp', 0.02);
    near('layers.1.experts.router', 0.02);
    near('layers.1.experts.routed.gateUp', 0.02);
    for (const name of ['layers.0.attention.output', 'layers.0.dense.down', 'layers.1.experts.routed.down']) {
      near(name, 0.02 / Math.sqrt(2 * 2));
    }
    for (const [name, numbers] of values) {
      if (name.endsWith('Norm')) expect(new Set(numbers), name).toEqual(new Set([1]));
      if (name.endsWith('Bias')) expect(new Set(numbers), name).toEqual(new Set([0]));
    }
  });

  it('depends on seed and name alone', async () => {
    const [first, again, other, deeper] = [
      await valuesOf(1),
      await valuesOf(1),
      await valuesOf(2),
      await valuesOf(1, 3),
    ];
    expect(again).toEqual(first);
    expect(other.get('embedding')).not.toEqual(first.get('embedding'));
    expect(first.get('embedding')).not.toEqual(first.get('head'));
    expect(deeper.get('layers.1.experts.router')).toEqual(first.get('layers.1.experts.router'));
  });
});
