import { ARGUMENT_SLOT_BYTES, type Kernel, type TargetInfo } from '../src/kernels/index.ts';

/** What a kernel call has to do, all workers together. */
export interface CallWork {
  /** Multiplications and additions of a matrix product, else 0. */
  readonly operations: number;
  /** Bytes of weights that a matrix product has to read, else 0. Of experts only those that rows were sent to count. */
  readonly weightBytes: number;
  /** Sizes of a matrix product. */
  readonly shape: string;
}

const NOTHING: CallWork = { operations: 0, weightBytes: 0, shape: '' };

/** Elements of a block along K. */
const BLOCK = 32;

/** What products call the matrix that they share between rows. */
const WEIGHTS = ['weights', 'b', 'w'];

/** Sizes that only memory tells; none of them changes what is behind the pointer of the weights but `experts`. */
const MEASURED = { capacity: 1, entries: 1, sequences: 1, pages: 1, experts: 1 };

/** Reads a call's work off its argument block. */
export function workOf(kernel: Kernel, block: number, view: DataView, target: TargetInfo): CallWork {
  const { name, parameters } = kernel;
  const names = Object.keys(parameters);
  const slot = (parameter: string) => block + ARGUMENT_SLOT_BYTES * names.indexOf(parameter);
  const has = (parameter: string) => names.includes(parameter);
  if (!(/matmul/i.test(name) && has('columns') && (has('inner') || has('blocks')))) return NOTHING;
  const number = (parameter: string) => view.getInt32(slot(parameter), true);
  const entry = (parameter: string, index: number) =>
    view.getInt32(Number(view.getBigUint64(slot(parameter), true)) + 4 * index, true);
  const columns = number('columns');
  const inner = has('inner') ? number('inner') : BLOCK * number('blocks');
  const { rows, matrices, experts } = rowsOf({ has, number, entry });
  const heads = has('heads') ? number('heads') : 1;
  const sizes: Record<string, number> = { ...MEASURED, workers: 1 };
  for (const [parameter, kind] of Object.entries(parameters)) {
    if (kind === 'i32') sizes[parameter] = number(parameter);
  }
  // Of grouped products the matrices of all groups lie behind the pointer, of others one.
  const extents = kernel.memory?.extents(sizes as never, target) ?? {};
  const weights = extents[WEIGHTS.find(has) ?? '']?.bytes ?? 0;
  const share = has('groups') ? matrices / Math.max(1, number('groups')) : matrices;
  return {
    operations: 2 * rows * heads * columns * inner,
    weightBytes: rows === 0 ? 0 : weights * share,
    shape: `${rows}×${inner}×${columns}${heads > 1 ? ` for ${heads} heads` : ''}${experts}`,
  };
}

/** Rows of A over all matrices, and how many matrices they meet. */
function rowsOf({
  has,
  number,
  entry,
}: {
  has(parameter: string): boolean;
  number(parameter: string): number;
  entry(parameter: string, index: number): number;
}): { rows: number; matrices: number; experts: string } {
  if (has('pairs') && has('expertIds')) {
    const rows = number('pairs');
    const met = new Set(Array.from({ length: rows }, (_, pair) => entry('expertIds', pair)));
    return { rows, matrices: met.size, experts: ' by experts' };
  }
  if (has('groups') && has('offsets')) {
    const groups = number('groups');
    const bounds = Array.from({ length: groups + 1 }, (_, group) => entry('offsets', group));
    const met = bounds.filter((bound, group) => group > 0 && bound > bounds[group - 1]!).length;
    return { rows: bounds[groups]! - bounds[0]!, matrices: met, experts: ` in ${groups} groups` };
  }
  return { rows: has('rows') ? number('rows') : 0, matrices: 1, experts: '' };
}
