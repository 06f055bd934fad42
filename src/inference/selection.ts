/**
 * Index of the `most` largest of `values[start…start + count - 1]`, counted from `start`, into `chosen`: the largest
 * first, of equals the one that comes first. Those not above `floor` and NaN are left out. Returns how many there are.
 */
export function bestLogits(
  values: Float32Array | Float64Array,
  start: number,
  count: number,
  most: number,
  chosen: Int32Array,
  floor = Number.NEGATIVE_INFINITY,
): number {
  // A heap of the best so far with the least of them at its root. Indexes ascend, so of equals the first stay.
  let size = 0;
  let least = floor;
  for (let i = 0; i < count; i++) {
    const value = values[start + i]!;
    if (!(value > least)) continue;
    if (size < most) {
      let at = size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!worse(values, start, i, chosen[parent]!)) break;
        chosen[at] = chosen[parent]!;
        at = parent;
      }
      chosen[at] = i;
    } else {
      settle(values, start, chosen, i, size);
    }
    if (size === most) least = values[start + chosen[0]!]!;
  }
  for (let left = size - 1; left > 0; left--) {
    const moved = chosen[left]!;
    chosen[left] = chosen[0]!;
    settle(values, start, chosen, moved, left);
  }
  return size;
}

/** Whether a is to be left out before b: the smaller value, of equals the one that comes later. */
function worse(values: Float32Array | Float64Array, start: number, a: number, b: number): boolean {
  const difference = values[start + a]! - values[start + b]!;
  return difference < 0 || (difference === 0 && a > b);
}

/** Puts `index` in the place of the root of the heap chosen[0…size - 1], the worst at the root. */
function settle(
  values: Float32Array | Float64Array,
  start: number,
  chosen: Int32Array,
  index: number,
  size: number,
): void {
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && worse(values, start, chosen[child + 1]!, chosen[child]!)) child++;
    if (!worse(values, start, chosen[child]!, index)) break;
    chosen[at] = chosen[child]!;
    at = child;
  }
  chosen[at] = index;
}

/** Whether token a is to be taken before token b: the more probable, then the smaller. */
function precedes(weights: Float64Array, a: number, b: number): boolean {
  return weights[a]! > weights[b]! || (weights[a] === weights[b] && a < b);
}

/** Lets the token at `index` sink to its place in the heap heap[0…size - 1], the best at the root. */
export function sink(heap: Int32Array, weights: Float64Array, index: number, size: number): void {
  const token = heap[index]!;
  let at = index;
  for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && precedes(weights, heap[child + 1]!, heap[child]!)) child++;
    if (!precedes(weights, heap[child]!, token)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = token;
}

/** Moves the best token of heap[0…size - 1] to heap[size - 1], which leaves the heap; returns it. */
export function popBest(heap: Int32Array, weights: Float64Array, size: number): number {
  const best = heap[0]!;
  heap[0] = heap[size - 1]!;
  heap[size - 1] = best;
  sink(heap, weights, 0, size - 1);
  return best;
}
