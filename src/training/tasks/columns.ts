/**
 * Column arithmetic as a scratchpad. Digits carry the name of their column (a ones, b tens, …), so that each step
 * finds its digits by name; every line holds one fact of the single-digit tables and the digits written so far.
 */
import { columnName } from './task.ts';

export interface Scratchpad {
  lines: string[];
  result: number;
}

/** Decimal digits from the ones upwards, padded with zeros to `width`. */
export function reversedDigits(value: number, width = 0): number[] {
  const digits = [...String(value)].reverse().map(Number);
  while (digits.length < width) digits.push(0);
  return digits;
}

export function named(digits: readonly number[]): string {
  return digits.map((digit, i) => columnName(i) + digit).join('');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The lines that add two columns of digits: `a7+9+0=16;6`, the carry being the tens of the line before. */
export function addColumns(first: readonly number[], second: readonly number[]): Scratchpad {
  const lines: string[] = [];
  let carry = 0;
  let written = '';
  first.forEach((digit, i) => {
    const sum = digit + second[i]! + carry;
    written = (sum % 10) + written;
    lines.push(`${columnName(i)}${digit}+${second[i]}+${carry}=${two(sum)};${written}`);
    carry = Math.floor(sum / 10);
  });
  const result = Number(carry + written);
  lines.push(`=${result}`);
  return { lines, result };
}

export function add(x: number, y: number): Scratchpad {
  const width = Math.max(String(x).length, String(y).length);
  const first = reversedDigits(x, width);
  const second = reversedDigits(y, width);
  const sum = addColumns(first, second);
  return { lines: [`${x}+${y}`, `${named(first)}+${named(second)}`, ...sum.lines], result: sum.result };
}

/**
 * Subtraction: `a7-9-0=8-10;8` writes 8 and borrows 10. A borrow left at the end means that the result is below zero:
 * the line `<0`, then the numbers change places.
 */
export function subtract(x: number, y: number): Scratchpad {
  const width = Math.max(String(x).length, String(y).length);
  const first = reversedDigits(x, width);
  const second = reversedDigits(y, width);
  const lines = [`${x}-${y}`, `${named(first)}-${named(second)}`];
  let borrow = 0;
  let written = '';
  first.forEach((digit, i) => {
    const difference = digit - second[i]! - borrow;
    const next = difference < 0 ? 1 : 0;
    written = difference + 10 * next + written;
    lines.push(`${columnName(i)}${digit}-${second[i]}-${borrow}=${difference + 10 * next}-${next}0;${written}`);
    borrow = next;
  });
  if (borrow === 1) {
    const swapped = subtract(y, x);
    return { lines: [...lines, '<0', ...swapped.lines, `=-${swapped.result}`], result: -swapped.result };
  }
  lines.push(`=${Number(written)}`);
  return { lines, result: Number(written) };
}

/** Several digits times one digit: `b4*6=24+4=28;82`. */
export function multiplyByDigit(x: number, digit: number): Scratchpad {
  const digits = reversedDigits(x);
  const lines = [`${x}*${digit}`, `${named(digits)}*${digit}`];
  let carry = 0;
  let written = '';
  digits.forEach((d, i) => {
    const product = d * digit;
    const sum = product + carry;
    written = (sum % 10) + written;
    const carried = i === 0 ? '' : `+${carry}=${two(sum)}`;
    lines.push(`${columnName(i)}${d}*${digit}=${two(product)}${carried};${written}`);
    carry = Math.floor(sum / 10);
  });
  const result = Number(carry + written);
  lines.push(`=${result}`);
  return { lines, result };
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

/** Division by one digit from the left: `b12=5*2+2;02` divides the remainder and the next digit. */
export function divideByDigit(x: number, digit: number): Scratchpad & { remainder: number } {
  const digits = [...String(x)].map(Number);
  const lines = [`${x}/${digit}`, `${named(digits)}/${digit}`];
  let remainder = 0;
  let written = '';
  digits.forEach((d, i) => {
    const value = remainder * 10 + d;
    const quotient = Math.floor(value / digit);
    remainder = value % digit;
    written += quotient;
    lines.push(`${columnName(i)}${two(value)}=${digit}*${quotient}+${remainder};${written}`);
  });
  lines.push(`=${Number(written)}r${remainder}`);
  return { lines, result: Number(written), remainder };
}
