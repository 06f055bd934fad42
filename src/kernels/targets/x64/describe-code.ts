import type { Kernel } from '../../kernel.ts';
import type { Convention } from './context.ts';
import { listKernel } from './index.ts';
import type { X64Level } from './levels.ts';

/** A kernel's machine code as text: place and bytes in hexadecimal and the instruction, one a line, labels between. */
export function describeCode(kernel: Kernel, level: X64Level, convention: Convention): string {
  const { code, listing } = listKernel(kernel, level, convention);
  const lines = listing.map(({ at, bytes, text }) => {
    if (bytes === 0) return text;
    const hex = Array.from(code.subarray(at, at + bytes), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return `  ${at.toString(16).padStart(5)}  ${hex.padEnd(30)}  ${text}`;
  });
  return lines.join('\n');
}
