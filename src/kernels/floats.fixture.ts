import fc from 'fast-check';

/** Floats at the ends and the middle of what there is: zeros, infinities, numbers that are none, denormals, ties. */
export const special = [
  ...[0, -0, 1, -1, Number.NaN, Infinity, -Infinity, 1e-40, -1e-42, 3.4e38],
  ...[2 ** -126, 0.5, 1.5, 2.5, -2.5],
];

export const floats = fc.oneof(
  fc.constantFrom(...special),
  fc.float({ noDefaultInfinity: true }),
  fc.double({ min: -100, max: 100 }),
);
