/** A normal number that depends on two numbers alone: Box and Muller over a hash of them (Murmur's finaliser). */
export function normalFromHash(seed: number, at: number): number {
  const first = 1 - uniform(seed, 2 * at);
  return Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * uniform(seed, 2 * at + 1));
}

function uniform(seed: number, at: number): number {
  let bits = (Math.imul(at, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b)) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}
