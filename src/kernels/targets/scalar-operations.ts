/** The meaning of the language's arithmetic on one element, in JavaScript numbers. */
export const FLOAT_UNARY: Record<string, (a: number) => number> = {
  neg: (a) => -a,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  nearest: (a) => {
    const below = Math.floor(a);
    const rest = a - below;
    if (rest < 0.5) return below;
    if (rest > 0.5) return below + 1;
    return rest === 0.5 ? below + (Math.abs(below % 2) === 1 ? 1 : 0) : a;
  },
  exp: Math.exp,
  log: Math.log,
};

export const FLOAT_BINARY: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
  // Unlike Math.max and Math.min they keep a NaN of a only.
  at_least: (a, b) => (COMPARISONS.lt!(a, b) ? b : a),
  at_most: (a, b) => (COMPARISONS.gt!(a, b) ? b : a),
};

function division(apply: (a: number, b: number) => number): (a: number, b: number) => number {
  return (a, b) => {
    if (b === 0) throw new Error('integer division by zero in a kernel');
    return apply(a, b) | 0;
  };
}

export const INTEGER_BINARY: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: Math.imul,
  min: Math.min,
  max: Math.max,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr_s: (a, b) => a >> b,
  shr_u: (a, b) => (a >>> b) | 0,
  div_s: division((a, b) => a / b),
  rem_s: division((a, b) => a % b),
  div_u: division((a, b) => (a >>> 0) / (b >>> 0)),
  rem_u: division((a, b) => (a >>> 0) % (b >>> 0)),
};

const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt_u: (a, b) => a >>> 0 < b >>> 0,
};

export function compare(operation: string): ((a: number, b: number) => boolean) | undefined {
  return COMPARISONS[operation];
}

/** Float to i32: truncated, saturated, NaN to 0. */
export function saturate(a: number): number {
  if (Number.isNaN(a)) return 0;
  return Math.max(-2147483648, Math.min(2147483647, Math.trunc(a)));
}
