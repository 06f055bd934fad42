import { type Content, contentBytes, type Draw, type Part, recordBytes, type Sizes } from './extents.ts';
import { ARGUMENT_SLOT_BYTES, type TargetInfo } from './ir.ts';
import { type Kernel, lowerKernel } from './kernel.ts';
import { interpretKernel } from './targets/interpreter.ts';
import type { KernelFunction } from './targets/wasm/index.ts';

/** Calls of any kernel with random numbers of random sizes, by which a target is compared with the interpreter. */

/** Numbers from 0 to below 1. */
export type Random = () => number;

/** The same numbers for the same seed: a linear congruential generator whose upper bits are used. */
export function seeded(seed: number): Random {
  let state = (seed ^ 0x5bd1e995) | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Memory behind one pointer of a sample. */
interface SampleBuffer {
  readonly name: string;
  readonly bytes: number;
  readonly content: Content;
  readonly written: boolean;
  /** The content at the beginning. */
  readonly fill: (view: DataView, address: number) => void;
}

/** A call whose sizes and contents are chosen, before its buffers have a place. */
export interface SampleCall {
  readonly kernel: Kernel;
  readonly sizes: Sizes;
  readonly buffers: readonly SampleBuffer[];
}

/**
 * Sizes and contents for one call. `large` sizes are the largest or nearly so, by which whole vectors, unrolled loops and
 * remainders all have their turn. Throws where the kernel does not declare its memory.
 */
export function sampleCall(
  kernel: Kernel,
  target: TargetInfo,
  random: Random,
  { workers = 1, large = false }: { workers?: number; large?: boolean } = {},
): SampleCall {
  const { memory, parameters } = kernel;
  if (memory === undefined) throw new Error(`kernel ${kernel.key} does not declare its memory`);
  const draw: Draw = (least, most) => least + Math.floor(random() * (most - least + 1));
  const drawLarge: Draw = (least, most) => Math.max(least, most - Math.floor(random() * 2));
  const sizes: Record<string, number> = { workers };
  for (const [name, kind] of Object.entries(parameters)) if (kind === 'f32') sizes[name] = Math.fround(0.1 + random());
  Object.assign(sizes, memory.sample(large ? drawLarge : draw));
  const extents = memory.extents(sizes as Sizes, target);
  const buffers = Object.entries(parameters).flatMap(([name, kind]): SampleBuffer[] => {
    if (kind === 'i32' || kind === 'f32') {
      if (sizes[name] === undefined) throw new Error(`kernel ${kernel.key}: its sample has no ${name}`);
      return [];
    }
    const extent = extents[name];
    if (extent === undefined) throw new Error(`kernel ${kernel.key} does not declare the extent of ${name}`);
    const { bytes, content } = extent;
    const fill = filler(content, bytes, sizes as Sizes, random, draw);
    return [{ name, bytes, content, written: kind !== 'in', fill }];
  });
  return { kernel, sizes: sizes as Sizes, buffers };
}

type Filler = SampleBuffer['fill'];

function filler(content: Content, bytes: number, sizes: Sizes, random: Random, draw: Draw): Filler {
  const count = bytes / contentBytes(content);
  const integers = (values: readonly number[]): Filler => {
    return (view, address) => {
      values.forEach((value, i) => {
        view.setInt32(address + 4 * i, value, true);
      });
    };
  };
  const each = (next: (i: number) => number) => Array.from({ length: count }, (_, i) => next(i));
  switch (content.kind) {
    case 'indices':
      if (content.distinct) return integers(shuffled(Math.max(count, content.below), random).slice(0, count));
      return integers(each(() => (content.idle && random() < 0.1 ? -1 : draw(0, content.below - 1))));
    case 'bounds': {
      const inner = each(() => draw(0, content.most)).sort((a, b) => a - b);
      return integers(inner.map((bound, i) => (i === 0 ? 0 : i === count - 1 ? content.most : bound)));
    }
    case 'starts':
    case 'ends': {
      const documents = documentsOf(count, content.longest, sizes);
      return integers(documents.map(({ start, end }) => (content.kind === 'starts' ? start : end)));
    }
    case 'i32':
      return integers(each(() => draw(-100, 100)));
    case 'records':
      return recordFiller(content.parts, bytes / recordBytes(content.parts), sizes, random, draw);
    default:
      return numbers(content.kind, count, random);
  }
}

function recordFiller(parts: readonly Part[], count: number, sizes: Sizes, random: Random, draw: Draw): Filler {
  const fillers: { readonly at: number; readonly fill: Filler }[] = [];
  let at = 0;
  for (let record = 0; record < count; record++) {
    for (const part of parts) {
      const bytes = part.count * contentBytes(part);
      fillers.push({ at, fill: filler({ kind: part.kind }, bytes, sizes, random, draw) });
      at += bytes;
    }
  }
  return (view, address) => {
    for (const { at, fill } of fillers) fill(view, address + at);
  };
}

/** Numbers between -1 and 1, of halves and bytes what their bits may be without infinities. */
function numbers(kind: string, count: number, random: Random): Filler {
  const values = Array.from({ length: count }, random);
  return (view, address) => {
    values.forEach((value, i) => {
      if (kind === 'f32') view.setFloat32(address + 4 * i, 2 * value - 1, true);
      else if (kind === 'positive') view.setFloat32(address + 4 * i, 0.05 + 0.9 * value, true);
      else if (kind === 'weights') view.setFloat32(address + 4 * i, Math.max(0, value - 0.2), true);
      else if (kind === 'f16') view.setUint16(address + 2 * i, value * 0x3c00, true);
      // Sign and a number between 2⁻⁷ and 1.
      else if (kind === 'bf16')
        view.setUint16(address + 2 * i, 0x3c00 + ((value * 0x380) | (value < 0.5 ? 0x8000 : 0)), true);
      else if (kind === 'u16') view.setUint16(address + 2 * i, value * 65536, true);
      else if (kind === 'i8') view.setInt8(address + i, value * 256 - 128);
      else view.setUint8(address + i, value * 256);
    });
  };
}

function shuffled(count: number, random: Random): number[] {
  const values = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return values;
}

/** Documents of lengths that follow from the sizes alone, so that starts and ends of one call agree. */
function documentsOf(rows: number, longest: number, sizes: Sizes): { start: number; end: number }[] {
  const random = seeded(Object.values(sizes).reduce((sum, size) => sum + Math.floor(size), rows));
  const result: { start: number; end: number }[] = [];
  while (result.length < rows) {
    const start = result.length;
    const end = Math.min(rows, start + 1 + Math.floor(random() * longest));
    for (let row = start; row < end; row++) result.push({ start, end });
  }
  return result;
}

/** Where buffers begin, by the names of their parameters. */
export type Places = ReadonlyMap<string, number>;

/** Writes the argument block of a call, in which address 0 of the memory is `base`. */
export function writeArguments(view: DataView, at: number, { kernel, sizes }: SampleCall, places: Places): void {
  Object.entries(kernel.parameters).forEach(([name, kind], position) => {
    const slot = at + position * ARGUMENT_SLOT_BYTES;
    if (kind === 'f32') view.setFloat32(slot, sizes[name]!, true);
    else if (kind === 'i32') view.setInt32(slot, sizes[name]!, true);
    else view.setBigUint64(slot, BigInt(places.get(name)!), true);
  });
}

/** Bytes around each buffer that a kernel must leave alone. */
const GUARD_BYTES = 64;
/** As f32 a number that is not near any other; as i32 no index. */
const GUARD = 0xa5;
const ARGUMENTS = 64;
const FIRST = 1024;

/** Places all buffers in one memory, at addresses that are multiples of their elements only, with guards between. */
function placeAll({ buffers }: SampleCall, random: Random): { places: Map<string, number>; end: number } {
  const places = new Map<string, number>();
  let end = FIRST;
  for (const { name, bytes, content } of buffers) {
    const shift = Math.floor(random() * 16) * contentBytes(content);
    const address = Math.ceil((end + GUARD_BYTES) / 64) * 64 + shift;
    places.set(name, address);
    end = address + bytes + GUARD_BYTES;
  }
  return { places, end: Math.ceil(end / 64) * 64 };
}

export interface Comparison {
  readonly kernel: Kernel;
  readonly target: TargetInfo;
  /** Memory that the kernel's function works on; large enough for its samples: SAMPLE_BYTES or LARGE_SAMPLE_BYTES. */
  readonly memory: ArrayBufferLike;
  readonly run: KernelFunction;
  readonly random: Random;
  readonly workers?: number;
  readonly large?: boolean;
}

/** Memory that any sample of any kernel for small models fits in. */
export const SAMPLE_BYTES = 5 << 18;
/** The same for kernels made for the sizes of real models; what no sample touches costs nothing. */
export const LARGE_SAMPLE_BYTES = 1 << 26;

/**
 * Calls a kernel once for each worker, and the interpreter on the same program of the same target. Both round every
 * operation in the same place, except that the interpreter's fma may differ by the last bit of a double. Returns what
 * differs, undefined if nothing does: neither a result nor a byte beside the results.
 */
export function findDifference({
  kernel,
  target,
  memory,
  run,
  random,
  workers = 1,
  large = false,
}: Comparison): string | undefined {
  const call = sampleCall(kernel, target, random, { workers, large });
  const { places, end } = placeAll(call, random);
  if (end > memory.byteLength) throw new RangeError(`a sample of kernel ${kernel.key} needs ${end} bytes`);
  const actual = new DataView(memory, 0, end);
  new Uint8Array(memory, 0, end).fill(GUARD);
  for (const { name, fill } of call.buffers) fill(actual, places.get(name)!);
  writeArguments(actual, ARGUMENTS, call, places);
  const expected = new DataView(new Uint8Array(memory, 0, end).slice().buffer);
  const interpret = interpretKernel(lowerKernel(kernel, target), { bytes: expected });
  for (let worker = 0; worker < workers; worker++) {
    run(ARGUMENTS, worker, workers);
    interpret(ARGUMENTS, worker, workers);
  }
  return differenceOf(call, places, actual, expected);
}

function differenceOf(call: SampleCall, places: Places, actual: DataView, expected: DataView): string | undefined {
  const [got, want] = [new Uint32Array(actual.buffer, 0, actual.byteLength / 4), new Uint32Array(expected.buffer)];
  for (let word = 0; word < want.length; word++) {
    if (got[word] === want[word]) continue;
    const address = 4 * word;
    const buffer = call.buffers.find(({ name, bytes }) => {
      const start = places.get(name)!;
      return address + 4 > start && address < start + bytes;
    });
    const [a, b] = [actual.getFloat32(address, true), expected.getFloat32(address, true)];
    if (buffer?.written && isFloat(buffer.content) && near(a, b, call.kernel.memory?.tolerance)) continue;
    const where =
      buffer === undefined
        ? `beside its buffers, at ${address}`
        : `${buffer.name} at element ${(address - places.get(buffer.name)!) / contentBytes(buffer.content)}`;
    return `${where}: ${a} instead of ${b} (${JSON.stringify(call.sizes)})`;
  }
  return undefined;
}

const isFloat = ({ kind }: Content): boolean => kind === 'f32' || kind === 'positive' || kind === 'weights';

/** A few roundings apart, or both not a number. */
const near = (a: number, b: number, tolerance = 2 ** -18): boolean =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)) || (Number.isNaN(a) && Number.isNaN(b));
