import type { Command } from 'commander';
import type { WeightType } from '../checkpoint/index.ts';
import { exportModel } from '../training/index.ts';

const TYPES: Readonly<Record<string, WeightType>> = { bf16: 'BF16', f16: 'F16', f32: 'F32' };

export function registerExport(program: Command): void {
  program
    .command('export')
    .description('write the model of a training run as a directory to publish (Hugging Face layout)')
    .argument('<run>', 'directory of the training run, such as runs/nano')
    .argument('<directory>', 'where the model goes')
    .option('--dtype <type>', `type of the weights: ${Object.keys(TYPES).join(', ')}`, 'bf16')
    .action(async (run: string, directory: string, flags: { dtype: string }) => {
      const dtype = Object.hasOwn(TYPES, flags.dtype) ? TYPES[flags.dtype] : undefined;
      if (dtype === undefined) {
        throw new Error(`--dtype is one of ${Object.keys(TYPES).join(', ')}, not '${flags.dtype}'`);
      }
      const { state, description, logLines } = await exportModel(run, directory, { dtype });
      const { steps } = state.recipe.schedule;
      const unfinished = state.step < steps ? ` of ${steps}: the run has not ended` : '';
      process.stderr.write(
        `${description.name}: weights of step ${state.step}${unfinished}, in ${dtype}; ${directory}\n`,
      );
      if (logLines.kept < logLines.all) {
        process.stderr.write(`Kept ${logLines.kept} of ${logLines.all} lines of the log.\n`);
      }
    });
}
