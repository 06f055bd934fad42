import type { Engine } from '../src/inference/index.ts';
import { readMemory } from '../src/kernels/measure.ts';
import { BlockTensor, JoinedRows, type Program, record, recorder, type Tensor } from '../src/tensor/index.ts';

/** Bytes that are read at least, where a model has them: much more than caches hold. */
const ENOUGH = 1e9;

/**
 * How fast memory is at the moment: the weights of a model's first layers, read as they lie by the model's own threads. A
 * virtual machine's memory is not the same from one minute to the next, and decoding goes at its speed.
 */
export class WeightReading {
  readonly #program: Program;
  readonly #bytes: number;

  /** Programs are recorded with the engine's runtime, so a profile of its kernels is to be made before. */
  constructor({ stages, parameters }: Engine) {
    const { runtime, first, end } = stages[0]!;
    const panels: Tensor[] = [];
    let bytes = 0;
    for (const matrix of parameters.layers.slice(first, end).flatMap(({ feedForward }) => matricesOf(feedForward))) {
      if (bytes >= ENOUGH) break;
      panels.push(matrix.panels);
      bytes += matrix.panels.size;
    }
    this.#bytes = bytes;
    const sums = runtime.allocate('sums', [16 * runtime.workers]);
    this.#program = record(runtime, () => {
      for (const x of panels) recorder().call(readMemory, { x, sums, count: Math.floor(x.size / 4) });
      return sums;
    });
  }

  /** Bytes a second; takes some hundredths of a second. */
  measure(): number {
    const start = performance.now();
    this.#program.replay();
    return (1000 * this.#bytes) / (performance.now() - start);
  }
}

function matricesOf(value: unknown): BlockTensor[] {
  if (value instanceof BlockTensor) return [value];
  if (value instanceof JoinedRows) return value.parts.flatMap(matricesOf);
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
    ? Object.values(value).flatMap(matricesOf)
    : [];
}
