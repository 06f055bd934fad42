import type { DType, Runtime, Tensor } from '../tensor/index.ts';

/** Tensors that are given back together. */
export class OwnedTensors {
  readonly #tensors: Tensor[] = [];
  #runtime: Runtime | undefined;

  /** @throws {OutOfMemoryError} */
  allocate(runtime: Runtime, name: string, shape: readonly number[], dtype?: DType): Tensor {
    const tensor = runtime.allocate(name, shape, dtype);
    this.own(runtime, tensor);
    return tensor;
  }

  /** Takes over tensors that were allocated elsewhere. */
  own(runtime: Runtime, ...tensors: Tensor[]): void {
    this.#runtime = runtime;
    this.#tensors.push(...tensors);
  }

  /** What `make` returns; gives everything back if it fails. */
  orRelease<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  release(): void {
    for (const tensor of this.#tensors.splice(0)) this.#runtime!.release(tensor);
  }
}
