/**
 * Column arithmetic as a scratchpad. The digits of the operands carry the name of their column (a ones, b tens, …), the
 * digits of the result the same name as a capital, so that every step finds what it needs by a name that is written
 * once; a line holds one fact of the single-digit tables. The last line collects the capitals from the left.
 */
import { columnName } from './task.ts';

export interface Scratchpad {
  lines: string[];
  result: number;
}

/** Addition and subtraction are padded to this many digits, so that short and long numbers are worked alike. */
const WIDTH = 4;

/** Decimal digits from the ones upwards, padded with zeros to `width`. */
export function reversedDigits(value: number, width = 0): number[] {
  const digits = [...String(value)].reverse().map(Number);
  while (digits.length < width) digits.push(0);
  return digits;
}

/** Capital that names a column of the result. */
function resultName(index: number): string {
  return columnName(index).toUpperCase();
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Digits from the ones upwards, written from the left with their names: `d4c5b6a7`. */
function named(digits: readonly number[]): string {
  return digits
    .map((digit, i) => columnName(i) + digit)
    .reverse()
    .join('');
}

/** Result digits from the ones upwards, written from the left under their capitals: `E0D5C3B5A6`. */
function collected(digits: readonly number[]): string {
  return digits
    .map((digit, i) => resultName(i) + digit)
    .reverse()
    .join('');
}

/** The lines that add two columns of digits: `a7+9+0=1A6`; the third number is the carry of the line before. */
export function addColumns(first: readonly number[], second: readonly number[]): Scratchpad {
  const lines: string[] = [];
  const written: number[] = [];
  let carry = 0;
  first.forEach((digit, i) => {
    const sum = digit + second[i]! + carry;
    written.push(sum % 10);
    const next = Math.floor(sum / 10);
    lines.push(`${columnName(i)}${digit}+${second[i]}+${carry}=${next}${resultName(i)}${sum % 10}`);
    carry = next;
  });
  written.push(carry);
  lines.push(collected(written));
  return { lines, result: valueFrom(written) };
}

function valueFrom(digits: readonly number[]): number {
  return digits.reduceRight((value, digit) => value * 10 + digit, 0);
}

/** The two numbers with zeros before them, `4567+0789`, then their digits in pairs, `d4+0c5+7b6+8a7+9`. */
function pairs(x: number, y: number, sign: string): { lines: string[]; first: number[]; second: number[] } {
  const width = Math.max(WIDTH, String(x).length, String(y).length);
  const padded = (value: number) => String(value).padStart(width, '0');
  const first = reversedDigits(x, width);
  const second = reversedDigits(y, width);
  const paired = first.map((digit, i) => `${columnName(i)}${digit}${sign}${second[i]}`).reverse();
  return { lines: [`${padded(x)}${sign}${padded(y)}`, paired.join('')], first, second };
}

export function add(x: number, y: number): Scratchpad {
  const { lines, first, second } = pairs(x, y, '+');
  const sum = addColumns(first, second);
  return { lines: [...lines, ...sum.lines], result: sum.result };
}

/**
 * Subtraction: `a7-9-0=1A8` writes 8 and borrows 1. A borrow left at the end means that the result is below zero: the
 * line `<0`, then the numbers change places, and the collected digits open with a minus.
 */
export function subtract(x: number, y: number): Scratchpad {
  const { lines, first, second } = pairs(x, y, '-');
  const written: number[] = [];
  let borrow = 0;
  first.forEach((digit, i) => {
    const difference = digit - second[i]! - borrow;
    const next = difference < 0 ? 1 : 0;
    written.push(difference + 10 * next);
    lines.push(`${columnName(i)}${digit}-${second[i]}-${borrow}=${next}${resultName(i)}${difference + 10 * next}`);
    borrow = next;
  });
  if (borrow === 1) {
    const swapped = subtract(y, x);
    const last = swapped.lines.pop()!;
    return { lines: [...lines, '<0', ...swapped.lines, `-${last}`], result: -swapped.result };
  }
  written.push(0);
  return { lines: [...lines, collected(written)], result: valueFrom(written) };
}

/**
 * Several digits times one digit, given in the order of the question: the expression, the longer number's digits by name
 * first, then `b4*6=24+4=2B8`: the product, and with the carry of the line before its tens and the digit written.
 */
export function multiplyByDigit(x: number, y: number): Scratchpad {
  const [long, digit] = y < 10 ? [x, y] : [y, x];
  const digits = reversedDigits(long);
  const lines = [`${x}*${y}`, `${named(digits)}*${digit}`];
  const written: number[] = [];
  let carry = 0;
  digits.forEach((d, i) => {
    const sum = d * digit + carry;
    written.push(sum % 10);
    const next = Math.floor(sum / 10);
    lines.push(`${columnName(i)}${d}*${digit}=${two(d * digit)}+${carry}=${next}${resultName(i)}${sum % 10}`);
    carry = next;
  });
  written.push(carry);
  lines.push(collected(written));
  return { lines, result: valueFrom(written) };
}

/** Two digits times two digits: four products whose digits are named by column, then one addition of columns. */
export function multiplyTwoByTwo(x: number, y: number): Scratchpad {
  const [xOnes, xTens] = reversedDigits(x, 2) as [number, number];
  const [yOnes, yTens] = reversedDigits(y, 2) as [number, number];
  const lines = [`${x}*${y}`];
  const partial = (by: number, shift: number): number[] => {
    const low = xOnes * by;
    const carry = Math.floor(low / 10);
    const high = xTens * by + carry;
    const digits = shift === 0 ? [low % 10, high % 10, Math.floor(high / 10), 0] : [0, low % 10, high % 10];
    if (shift === 1) digits.push(Math.floor(high / 10));
    const names = digits.map((digit, i) => columnName(i) + digit);
    const cut = shift + 1;
    lines.push(`${xOnes}*${by}=${two(low)};${names.slice(0, cut).join('')}`);
    lines.push(`${xTens}*${by}=${two(xTens * by)}+${carry}=${two(high)};${names.slice(cut).join('')}`);
    return digits;
  };
  const first = partial(yOnes, 0);
  const second = partial(yTens, 1);
  const sum = addColumns(first, second);
  return { lines: [...lines, ...sum.lines], result: sum.result };
}

/**
 * Division by one digit from the left, columns named from the left: `b12:B2*5=10+2` divides the remainder of the line
 * before and the next digit, 12, giving 2, whose product 10 leaves 2. The last line, `A0B2C4D6r4`, ends with the
 * remainder.
 */
export function divideByDigit(x: number, digit: number): Scratchpad & { remainder: number } {
  const digits = [...String(x)].map(Number);
  const lines = [`${x}/${digit}`, `${digits.map((d, i) => columnName(i) + d).join('')}/${digit}`];
  let remainder = 0;
  let result = 0;
  let written = '';
  digits.forEach((d, i) => {
    const value = remainder * 10 + d;
    const quotient = Math.floor(value / digit);
    remainder = value % digit;
    result = result * 10 + quotient;
    written += resultName(i) + quotient;
    lines.push(
      `${columnName(i)}${two(value)}:${resultName(i)}${quotient}*${digit}=${two(quotient * digit)}+${remainder}`,
    );
  });
  lines.push(`${written}r${remainder}`);
  return { lines, result, remainder };
}
