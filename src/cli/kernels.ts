import Table from 'cli-table3';
import type { Command } from 'commander';
import { describeProgram } from '../kernels/describe-program.ts';
import { type Kernel, lowerKernel } from '../kernels/index.ts';
import { kernelSamples } from '../kernels/kernel-samples.ts';
import { describeCode } from '../kernels/targets/x64/describe-code.ts';
import {
  conventionOf,
  type ListedInstruction,
  listKernel,
  type X64Level,
  x64Target,
} from '../kernels/targets/x64/index.ts';
import { platform } from '../platform/index.ts';

interface Flags {
  readonly target: string;
}

/** Levels that can be listed on any machine: writing code needs no processor that runs it. */
const LEVELS: Readonly<Record<string, X64Level>> = {
  avx2: { avx512: false, vnni: false, bf16: false },
  avx512: { avx512: true, vnni: false, bf16: false },
  'avx512-vnni': { avx512: true, vnni: true, bf16: false },
  'avx512-vnni-bf16': { avx512: true, vnni: true, bf16: true },
};

export function registerKernels(program: Command): void {
  program
    .command('kernels')
    .description('list the kernels, or print the program and the machine code of one')
    .argument('[kernel]', 'a name, or the beginning of a name with its variant')
    .option('--target <level>', Object.keys(LEVELS).join(', '), 'avx512')
    .addHelpText(
      'after',
      '\nJINGQI_DEBUG=KERNEL before a command prints the same of the kernels it runs, and what share of\nthe peak they reach there.',
    )
    .action((wanted: string | undefined, { target }: Flags) => {
      const level = LEVELS[target];
      if (level === undefined) throw new Error(`--target is ${target}; it may be ${Object.keys(LEVELS).join(', ')}`);
      process.stdout.write(`${wanted === undefined ? listed(level) : printed(find(wanted), level)}\n`);
    });
}

function find(wanted: string): Kernel {
  const kernels = kernelSamples();
  const found = kernels.find(({ key, name }) => key === wanted || name === wanted);
  const near = found ?? kernels.find(({ key }) => key.toLowerCase().startsWith(wanted.toLowerCase()));
  if (near === undefined) throw new Error(`no kernel begins with ${wanted}; 'jingqi kernels' lists them`);
  return near;
}

function listed(level: X64Level): string {
  const table = new Table({ head: ['kernel', 'instructions', 'bytes'], style: { head: [], border: [] } });
  for (const kernel of kernelSamples()) {
    const { code, listing } = listOf(kernel, level);
    table.push([kernel.key, instructions(listing).length, code.length]);
  }
  return table.toString();
}

const listOf = (kernel: Kernel, level: X64Level) => listKernel(kernel, level, conventionOf(platform().system));
const instructions = (listing: readonly ListedInstruction[]) => listing.filter(({ bytes }) => bytes > 0);

function printed(kernel: Kernel, level: X64Level): string {
  const program = describeProgram(lowerKernel(kernel, x64Target(level)));
  return [kernel.key, '', program, '', describeCode(kernel, level, conventionOf(platform().system))].join('\n');
}
