import { ARGUMENT_SLOT_BYTES, type Kernel, type TargetInfo } from '../src/kernels/index.ts';

/** What a kernel call has to do, all workers together. */
export interface CallWork {
  /** Multiplications and additions of a matrix product or of attention, else 0. */
  readonly operations: number;
  /** Which of the machine's limits they meet: dot products of bytes, or f32. */
  readonly arithmetic: 'dots' | 'floats';
  /** Bytes of weights or of the cache that it has to read, else 0. Of experts only those that rows were sent to count. */
  readonly bytes: number;
  /** Its sizes, else empty. */
  readonly shape: string;
}

export const NO_WORK: CallWork = { operations: 0, arithmetic: 'floats', bytes: 0, shape: '' };

/** Reads a call's work off its argument block. */
export function workOf(kernel: Kernel, block: number, view: DataView, target: TargetInfo): CallWork {
  const call = new CallArguments(kernel, block, view);
  if (/matmul/i.test(kernel.name) && call.has('columns') && (call.has('inner') || call.has('blocks'))) {
    return productWork(call, target);
  }
  if (/^pagedAttention/.test(kernel.name)) return attentionWork(call);
  return NO_WORK;
}

class CallArguments {
  readonly kernel: Kernel;
  readonly #names: readonly string[];
  readonly #block: number;
  readonly #view: DataView;

  constructor(kernel: Kernel, block: number, view: DataView) {
    this.kernel = kernel;
    this.#names = Object.keys(kernel.parameters);
    this.#block = block;
    this.#view = view;
  }

  has(parameter: string): boolean {
    return this.#names.includes(parameter);
  }
  #slot(parameter: string): number {
    return this.#block + ARGUMENT_SLOT_BYTES * this.#names.indexOf(parameter);
  }
  number(parameter: string): number {
    return this.#view.getInt32(this.#slot(parameter), true);
  }
  address(parameter: string): number {
    return Number(this.#view.getBigUint64(this.#slot(parameter), true));
  }
  /** An element of the i32 array behind a pointer. */
  entry(parameter: string, index: number): number {
    return this.#view.getInt32(this.address(parameter) + 4 * index, true);
  }
  entries(parameter: string, count: number): number[] {
    return Array.from({ length: count }, (_, index) => this.entry(parameter, index));
  }
  /** A constant of the kernel's variant, which stands in its key. */
  constant(name: string): string | undefined {
    return new RegExp(`[(,]${name}=([^,)]*)`).exec(this.kernel.key)?.[1];
  }
}

/** Elements of a block along K. */
const BLOCK = 32;

/** What products call the matrix that they share between rows. */
const WEIGHTS = ['weights', 'b', 'w'];

/** Sizes that only memory tells; none of them changes what is behind the pointer of the weights but `experts`. */
const MEASURED = { capacity: 1, entries: 1, sequences: 1, pages: 1, experts: 1 };

function productWork(call: CallArguments, target: TargetInfo): CallWork {
  const { kernel } = call;
  const columns = call.number('columns');
  const { rows, matrices, experts } = productRows(call);
  const inner = innerOf(call);
  const heads = call.has('heads') ? call.number('heads') : 1;
  const sizes: Record<string, number> = { ...MEASURED, workers: 1 };
  for (const [parameter, kind] of Object.entries(kernel.parameters)) {
    if (kind === 'i32') sizes[parameter] = call.number(parameter);
  }
  // Of grouped products the matrices of all groups lie behind the pointer, of others one.
  const extents = kernel.memory?.extents(sizes as never, target) ?? {};
  const weights = extents[WEIGHTS.find((name) => call.has(name)) ?? '']?.bytes ?? 0;
  const share = call.has('groups') ? matrices / Math.max(1, call.number('groups')) : matrices;
  return {
    operations: 2 * rows * heads * columns * inner,
    arithmetic: /block_matmul/.test(kernel.name) ? 'dots' : 'floats',
    bytes: rows === 0 ? 0 : weights * share,
    shape: `${rows}×${inner}×${columns}${heads > 1 ? ` for ${heads} heads` : ''}${experts}`,
  };
}

/** Steps along K, of groups along it those of all together. */
function innerOf(call: CallArguments): number {
  if (!call.has('inner')) return BLOCK * call.number('blocks');
  const grouped = call.has('groups') && call.has('offsets') && /inner/i.test(call.kernel.name);
  if (!grouped) return call.number('inner');
  const groups = call.number('groups');
  return call.entry('offsets', groups) - call.entry('offsets', 0);
}

/** Rows of A over all matrices, and how many matrices they meet. */
function productRows(call: CallArguments): { rows: number; matrices: number; experts: string } {
  if (call.has('pairs') && call.has('expertIds')) {
    const rows = call.number('pairs');
    return { rows, matrices: new Set(call.entries('expertIds', rows)).size, experts: ' by experts' };
  }
  if (call.has('groups') && call.has('offsets')) {
    const groups = call.number('groups');
    // Groups along K: their steps together are those of one product.
    if (/inner/i.test(call.kernel.name)) {
      return { rows: call.number('rows'), matrices: groups, experts: ` in ${groups} groups along K` };
    }
    const bounds = call.entries('offsets', groups + 1);
    const met = bounds.filter((bound, group) => group > 0 && bound > bounds[group - 1]!).length;
    return { rows: bounds[groups]! - bounds[0]!, matrices: met, experts: ` in ${groups} groups` };
  }
  return { rows: call.has('rows') ? call.number('rows') : 0, matrices: 1, experts: '' };
}

/** Bytes of a number in a cache; of q8 with its share of a scale. */
const CACHE_NUMBER_BYTES: Readonly<Record<string, number>> = { f32: 4, f16: 2, bf16: 2, q8: 1 + 2 / 32 };

/** Attention over pages: each row's positions count for the arithmetic, each sequence's longest row for what is read. */
function attentionWork(call: CallArguments): CallWork {
  const dim = (name: string) => Number(call.constant(name));
  const [nope, rope, value, group] = [dim('nopeDim'), dim('ropeDim'), dim('valueDim'), dim('group')];
  const [rows, heads] = [call.number('rows'), call.number('heads')];
  const positions = call.entries('positions', rows);
  const longest = new Map<number, number>();
  for (const [row, sequence] of call.entries('sequences', rows).entries()) {
    longest.set(sequence, Math.max(longest.get(sequence) ?? 0, positions[row]! + 1));
  }
  const seen = positions.reduce((sum, position) => sum + position + 1, 0);
  const cached = [...longest.values()].reduce((sum, count) => sum + count, 0);
  const keyHeads = heads / group;
  const each = (stride: string, width: number) => (call.number(stride) === 0 ? 1 : keyHeads) * width;
  const values = call.address('value') === call.address('keyNope') ? 0 : each('valueHeadStride', value);
  const width = each('keyNopeHeadStride', nope) + each('keyRopeHeadStride', rope) + values;
  return {
    operations: 2 * heads * seen * (nope + rope + value),
    arithmetic: 'floats',
    bytes: cached * width * (CACHE_NUMBER_BYTES[call.constant('memory') ?? 'f32'] ?? 4),
    shape: `${rows} rows of ${heads} heads, ${figureOf(seen / Math.max(1, rows))} positions each`,
  };
}

const figureOf = (value: number) => String(Math.round(value));
