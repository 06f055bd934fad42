import type { Content, Extent, Sizes } from '../kernels/extents.ts';
import type { Kernel, TargetInfo } from '../kernels/index.ts';
import type { LinearMemory } from './memory.ts';
import type { Operand } from './record.ts';
import { type Storage, Tensor } from './tensor.ts';

/**
 * Bounds of memory. When a kernel call is recorded, each pointer's extent must lie within its tensor, at the largest
 * sizes that can occur. Indices that a kernel of the same Program wrote are bounded by what it declares; those that the
 * host writes are checked before every replay.
 */

type Indices = Extract<Content, { kind: 'indices' | 'bounds' | 'starts' | 'ends' }>;

/** Numbers that are to be checked before a replay. */
export interface IndexCheck {
  readonly kernel: string;
  readonly parameter: string;
  readonly tensor: Tensor;
  readonly rule: Indices;
  /** Numbers with the largest row count, and without any rows. */
  readonly most: number;
  readonly least: number;
  /** The row count that decides how many there are. */
  readonly rows: { readonly symbol: string; readonly maximum: number } | undefined;
  /** f32 beside the indices; where one is zero, its index is not read. */
  readonly unless: Tensor | undefined;
}

/** Checks the kernel calls of one recording. */
export class BoundsChecker {
  readonly checks: IndexCheck[] = [];
  readonly #target: TargetInfo;
  readonly #workers: number;
  /** What kernels of this Program have written as indices, or `undefined` for other numbers. */
  readonly #written = new Map<Storage, Indices | undefined>();

  constructor(target: TargetInfo, workers: number) {
    this.#target = target;
    this.#workers = workers;
  }

  /** Throws a RangeError that names kernel, argument, need and room. Kernels that declare no memory pass. */
  check(kernel: Kernel, operands: readonly Operand[]): void {
    if (kernel.memory === undefined) return;
    const names = Object.keys(kernel.parameters);
    const tensors = new Map<string, Tensor>();
    operands.forEach((operand, i) => {
      if (operand instanceof Tensor) tensors.set(names[i]!, operand);
    });
    const extents = this.#extents(kernel, operands, (rows) => rows.maximum * rows.scale);
    for (const [name, { bytes }] of Object.entries(extents)) {
      const tensor = tensors.get(name);
      const room = tensor?.byteRange().length ?? 0;
      if (!(bytes <= room)) {
        const what = tensor === undefined ? 'no tensor' : `tensor ${tensor.name} with ${room}`;
        throw new RangeError(`kernel ${kernel.key}: argument ${name} needs ${bytes} bytes and got ${what}`);
      }
    }
    const none = this.#extents(kernel, operands, () => 0);
    const rows = operands.find((operand) => typeof operand === 'object' && !(operand instanceof Tensor));
    for (const [name, { bytes, content }] of Object.entries(extents)) {
      const tensor = tensors.get(name);
      if (tensor === undefined || kernel.parameters[name] === 'out' || !isIndices(content)) continue;
      this.#require(kernel, name, tensor, content, {
        ...{ most: bytes / 4, least: none[name]!.bytes / 4, rows: rows as IndexCheck['rows'] },
        unless: content.kind === 'indices' && content.unlessZero ? tensors.get(content.unlessZero) : undefined,
      });
    }
    for (const [name, tensor] of tensors) {
      if (kernel.parameters[name] === 'in') continue;
      const content = extents[name]?.content;
      this.#written.set(tensor.storage, content && isIndices(content) ? content : undefined);
    }
  }

  #extents(kernel: Kernel, operands: readonly Operand[], rowsOf: (rows: { maximum: number; scale: number }) => number) {
    const sizes: Record<string, number> = { workers: this.#workers };
    const bytes: Record<string, number> = {};
    Object.entries(kernel.parameters).forEach(([name, kind], i) => {
      const operand = operands[i]!;
      if (kind !== 'i32' && kind !== 'f32') bytes[name] = operand instanceof Tensor ? operand.byteRange().length : 0;
      else if (typeof operand === 'number') sizes[name] = operand;
      else if (!(operand instanceof Tensor)) sizes[name] = rowsOf(operand);
    });
    const memory = kernel.memory!;
    Object.assign(sizes, memory.measure?.(sizes as Sizes, bytes, this.#target));
    return memory.extents(sizes as Sizes, this.#target) as Readonly<Record<string, Extent>>;
  }

  #require(
    kernel: Kernel,
    parameter: string,
    tensor: Tensor,
    rule: Indices,
    counts: Pick<IndexCheck, 'most' | 'least' | 'rows' | 'unless'>,
  ): void {
    if (!this.#written.has(tensor.storage)) {
      this.checks.push({ kernel: kernel.key, parameter, tensor, rule, ...counts });
      return;
    }
    const written = this.#written.get(tensor.storage);
    if (written !== undefined && implies(written, rule)) return;
    const limits = `${JSON.stringify(rule)}, and what wrote them says ${JSON.stringify(written ?? 'nothing of them')}`;
    throw new RangeError(`kernel ${kernel.key}: argument ${parameter} must hold ${limits}`);
  }
}

const isIndices = (content: Content): content is Indices =>
  content.kind === 'indices' || content.kind === 'bounds' || content.kind === 'starts' || content.kind === 'ends';

/** Whether numbers that one rule allows are allowed by the other. */
function implies(written: Indices, rule: Indices): boolean {
  if (written.kind === 'indices' && rule.kind === 'indices') {
    return written.below <= rule.below && (rule.idle === true || written.idle !== true);
  }
  return written.kind === 'bounds' && rule.kind === 'bounds' && written.most <= rule.most;
}

/** A check with its place in memory; `count` is the number of indices of the next replay. */
export interface PlacedCheck extends IndexCheck {
  readonly first: number;
  readonly firstWeight: number;
  count: number;
}

/** Gives checks their places, and keeps the strictest of those that look at the same numbers. */
export function placeChecks(checks: readonly IndexCheck[]): PlacedCheck[] {
  const wordOf = ({ storage, offset }: Tensor) => (storage.address ?? 0) / 4 + offset;
  const placed = new Map<string, PlacedCheck>();
  for (const check of checks) {
    const { tensor, rule, most, unless } = check;
    const first = wordOf(tensor);
    const { below, most: highest, longest, ...rest } = rule as { below?: number; most?: number; longest?: number };
    const limit = below ?? highest ?? longest ?? 0;
    const key = JSON.stringify([first, most, check.least, check.rows?.symbol, rest]);
    const known = placed.get(key);
    if (known !== undefined && limitOf(known.rule) <= limit) continue;
    placed.set(key, { ...check, first, firstWeight: unless === undefined ? -1 : wordOf(unless), count: most });
  }
  return [...placed.values()];
}

function limitOf(rule: Indices): number {
  return rule.kind === 'indices' ? rule.below : rule.kind === 'bounds' ? rule.most : rule.longest;
}

/** Sets how many indices there are when `current` of the rows named `symbol` count. Allocates nothing. */
export function countChecks(checks: readonly PlacedCheck[], symbol: string, current: number): void {
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i]!;
    const { rows, most, least } = check;
    if (rows === undefined || rows.symbol !== symbol) continue;
    check.count = least + Math.ceil(((most - least) * current) / rows.maximum);
  }
}

/** Throws a RangeError that names kernel, argument, place and number where an index is out of bounds. */
export function checkIndices(checks: readonly PlacedCheck[], { words, doubles }: LinearMemory): void {
  for (let i = 0; i < checks.length; i++) {
    const check = checks[i]!;
    const { rule, first, count, firstWeight } = check;
    let before = 0;
    for (let t = 0; t < count; t++) {
      const value = words[first + t]!;
      let low = 0;
      let high = 0;
      if (rule.kind === 'indices') {
        low = rule.idle ? -0x80000000 : 0;
        high = rule.below - 1;
      } else if (rule.kind === 'bounds') {
        low = before;
        high = rule.most;
        before = value;
      } else if (rule.kind === 'starts') {
        low = Math.max(0, t - rule.longest + 1);
        high = t;
      } else {
        low = t + 1;
        high = Math.min(count, t + rule.longest);
      }
      if (value >= low && value <= high) continue;
      if (
        firstWeight >= 0 &&
        (doubles ? doubles[firstWeight + t] === 0 : (words[firstWeight + t]! & 0x7fffffff) === 0)
      ) {
        continue;
      }
      const range = low > high ? 'nothing is allowed' : `${low === -0x80000000 ? 'up to' : `${low} to`} ${high}`;
      throw new RangeError(
        `kernel ${check.kernel}: element ${t} of ${check.parameter} (tensor ${check.tensor.name}) is ${value}; it may be ${range}`,
      );
    }
  }
}
