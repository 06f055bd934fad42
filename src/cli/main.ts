#!/usr/bin/env node
import { Command } from 'commander';
import { version } from '../version.ts';
import { registerAsk } from './ask.ts';
import { registerConvert, registerQuantize } from './convert.ts';
import { registerDoctor } from './doctor.ts';
import { registerEval } from './eval.ts';
import { registerExport } from './export.ts';
import { registerInspect } from './inspect.ts';
import { registerKernels } from './kernels.ts';
import { Interrupted } from './locate.ts';
import { registerLogits } from './logits.ts';
import { registerPlot } from './plot.ts';
import { registerPull } from './pull.ts';
import { registerStart } from './start.ts';
import { registerTrain } from './train.ts';

const program = new Command('jingqi')
  .description(
    'The DeepSeek system in TypeScript: train models with latent attention and experts, ask them, look into them.',
  )
  .version(version, '-v, --version', 'print the version');

registerStart(program);
registerAsk(program);
registerPull(program);
registerEval(program);
registerTrain(program);
registerExport(program);
registerConvert(program);
registerQuantize(program);
registerPlot(program);
registerInspect(program);
registerLogits(program);
registerDoctor(program);
registerKernels(program);

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`jingqi: ${(error as Error).message}\n`);
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
}
