import type { BenchContext } from '../bench.ts';
import { defaultDirectory, REAL_MODELS, type SyntheticModel } from '../synthetic-gguf.ts';

/** Who runs a model: the peer, and we as machine code, as WebAssembly, and as that in one memory with 64-bit addresses. */
export const SIDES = ['llama.cpp', 'native', 'wasm', 'wasm64'] as const;
export type SideName = (typeof SIDES)[number];
/** Who does unless it is said. */
const USUAL: readonly SideName[] = ['llama.cpp', 'native', 'wasm'];

export interface RealOptions {
  /** Where the synthetic files are kept. */
  readonly directory: string;
  readonly models: readonly SyntheticModel[];
  readonly only: readonly SideName[];
  readonly profile: boolean;
}

/** Layers of models under `--quick`. */
const QUICK_LAYERS = 8;

const nameOf = ({ shape, quantisation }: SyntheticModel) => `${shape}-${quantisation.toLowerCase()}`;

/** @throws {Error} for a value that is not understood, with those that are. */
export function readOptions({ flags, quick }: Pick<BenchContext, 'flags' | 'quick'>): RealOptions {
  const { directory = defaultDirectory(), layers: wanted, profile = false } = flags;
  const names = chosen('--models', flags.models, REAL_MODELS.map(nameOf));
  let layers = quick ? QUICK_LAYERS : undefined;
  if (wanted !== undefined) {
    layers = Number(wanted);
    if (!(Number.isInteger(layers) && layers >= 2)) throw new Error(`--layers needs at least 2, not '${wanted}'`);
  }
  return {
    directory,
    models: REAL_MODELS.filter((model) => names.includes(nameOf(model))).map((model) => ({ ...model, layers })),
    only: flags.only === undefined ? USUAL : chosen('--only', flags.only, SIDES),
    profile,
  };
}

/** The parts of a list with commas, in the order of `known`; all of them for no list. */
function chosen<Name extends string>(flag: string, list: string | undefined, known: readonly Name[]): readonly Name[] {
  if (list === undefined) return known;
  const parts = list.split(',');
  const unknown = parts.find((part) => !known.some((name) => name === part));
  if (unknown !== undefined) throw new Error(`${flag} has no '${unknown}'; there are ${known.join(', ')}`);
  return known.filter((name) => parts.includes(name));
}
