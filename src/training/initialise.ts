import type { ModelParameters } from '../model/index.ts';
import { Random } from '../platform/random.ts';
import type { Runtime } from '../tensor/index.ts';

/**
 * Fills parameters for training from scratch: matrices and embeddings normal with deviation `deviation` (matrices that
 * write to the residual stream smaller by sqrt(2 · layers), as in GPT-2), norms 1, biases 0. Each parameter has
 * its own stream, so the values depend on the seed and its name alone.
 */
export function initialiseParameters(
  runtime: Runtime,
  parameters: ModelParameters,
  seed: number,
  deviation = 0.02,
): void {
  const depth = Math.sqrt(2 * parameters.layers.length);
  for (const { name, kind, tensor } of parameters.all) {
    const values = new Float32Array(tensor.size);
    if (kind === 'norm' || name.endsWith('.indexer.keyNorm')) values.fill(1);
    else if (kind !== 'bias' && !name.endsWith('Bias')) {
      const random = new Random(seed).fork(name);
      const writesResidual = name.endsWith('.output') || name.endsWith('.down');
      const scale = writesResidual ? deviation / depth : deviation;
      for (let i = 0; i < values.length; i++) values[i] = scale * random.gaussian();
    }
    runtime.write(tensor, values);
  }
}
