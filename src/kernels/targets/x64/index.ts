import { type Kernel, lowerKernel } from '../../kernel.ts';
import type { Convention } from './context.ts';
import { emitKernel } from './emit.ts';
import { type X64Level, x64Target } from './levels.ts';
import { type ListedInstruction, ListingAssembler } from './listing.ts';

export type { Convention } from './context.ts';
export {
  bestLevel,
  conventionOf,
  detectFeatures,
  detectProcessor,
  type X64Features,
  type X64Processor,
} from './detect.ts';
export { RECORD } from './emit.ts';
export { lanesOf, levelName, type X64Level, x64Target } from './levels.ts';

export type { ListedInstruction } from './listing.ts';

/** The machine code of a kernel for a processor; see {@link RECORD} for what it is called with. */
export function assembleKernel(kernel: Kernel, level: X64Level, convention: Convention): Uint8Array<ArrayBuffer> {
  return emitKernel(lowerKernel(kernel, x64Target(level)), level, convention);
}

/** The same code with its listing; labels and constants have no bytes of their own in it. */
export function listKernel(kernel: Kernel, level: X64Level, convention: Convention) {
  const assembler = new ListingAssembler();
  const code = emitKernel(lowerKernel(kernel, x64Target(level)), level, convention, assembler);
  return { code, listing: assembler.listing as readonly ListedInstruction[] };
}
