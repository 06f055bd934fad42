import { Builder } from './builder.ts';
import type { KernelMemory } from './extents.ts';
import type { KernelProgram, ParameterKind, TargetInfo, Value } from './ir.ts';

export type Parameters = Readonly<Record<string, ParameterKind>>;
type ParameterValue<K extends ParameterKind> = K extends 'i32' | 'f32' ? Value<K> : Value<'ptr'>;
/** What the kernel's function receives for its parameters. */
export type ParameterValues<P extends Parameters> = { readonly [N in keyof P]: ParameterValue<P[N]> };

/** A kernel: a function that builds a vector program, with a name and parameters. The key tells variants apart. */
export interface Kernel<P extends Parameters = Parameters> {
  readonly key: string;
  readonly name: string;
  readonly parameters: P;
  readonly build: (builder: Builder, parameters: ParameterValues<P>) => void;
  /** What it touches of memory. Without it a call can be neither checked when it is recorded nor tested at random. */
  readonly memory?: KernelMemory<P>;
}

/** Compile-time constants that specialise a kernel. */
export type Variant = Readonly<Record<string, string | number | boolean>>;

/** Defines a kernel without variants. */
export function defineKernel<const P extends Parameters>(
  name: string,
  parameters: P,
  build: (builder: Builder, parameters: ParameterValues<P>) => void,
  memory?: KernelMemory<NoInfer<P>>,
): Kernel<P> {
  return { key: name, name, parameters, build, ...(memory && { memory }) };
}

/** Defines a family of kernels that differ by compile-time constants; equal variants give the same kernel object. */
export function defineKernelFamily<const P extends Parameters, V extends Variant>(
  name: string,
  parameters: P,
  build: (builder: Builder, parameters: ParameterValues<P>, variant: V) => void,
  memory?: (variant: V) => KernelMemory<NoInfer<P>>,
): (variant: V) => Kernel<P> {
  const known = new Map<string, Kernel<P>>();
  return (variant) => {
    const entries = Object.entries(variant).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = `${name}(${entries.map(([field, value]) => `${field}=${value}`).join(',')})`;
    let kernel = known.get(key);
    if (kernel === undefined) {
      const built = (builder: Builder, values: ParameterValues<P>) => build(builder, values, variant);
      kernel = { key, name, parameters, build: built, ...(memory && { memory: memory(variant) }) };
      known.set(key, kernel);
    }
    return kernel;
  };
}

/** Runs the kernel's function for a target and returns its instruction list. */
export function lowerKernel(kernel: Kernel, target: TargetInfo): KernelProgram {
  const builder = new Builder(target);
  const parameters = Object.entries(kernel.parameters).map(([name, kind]) => ({
    name,
    kind,
    value: builder.newValue(kind === 'i32' ? 'i32' : kind === 'f32' ? 'f32' : 'ptr'),
  }));
  const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
  kernel.build(builder, values as ParameterValues<Parameters>);
  return {
    name: kernel.name,
    lanes: target.lanes,
    parameters,
    worker: builder.worker,
    workers: builder.workers,
    body: builder.finish(),
    values: builder.values,
  };
}
